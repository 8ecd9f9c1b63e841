import { Badge, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { Schema } from '#api/client';
import { apps as texts } from '#texts/apps';
import { Method } from './method';
import { kindOf } from './ways';

/** The ways to connect an app of the catalog, and what it does. */
export function CatalogDetail({ app }: { app: Schema<'CatalogApp'> }) {
  return (
    <>
      <Title order={3} size="h5">
        {texts.ways}
      </Title>
      {app.auth.map((way) => (
        <Paper key={way.name} withBorder p="sm">
          <Group gap="xs">
            <Text fw={600}>{way.title}</Text>
            <Badge variant="light" color="gray" tt="none">
              {texts.methods[kindOf(way)]}
            </Badge>
            {kindOf(way) === 'oauth2' && (
              <Badge variant="default" tt="none">
                {texts.needsClient}
              </Badge>
            )}
          </Group>
          {way.help && (
            <Text size="sm" c="dimmed" mt={4}>
              {way.help}
            </Text>
          )}
        </Paper>
      ))}
      <Title order={3} size="h5">
        {texts.actionCount(app.actions.length)}
      </Title>
      <Stack gap="xs">
        {app.actions.map((action) => (
          <div key={action.name}>
            <Group gap={6} wrap="nowrap">
              <Method method={action.method} />
              <Text span fw={600} size="sm" className="mono ellipsis">
                {action.name}
              </Text>
            </Group>
            <Text size="sm" c="dimmed">
              {action.description}
            </Text>
          </div>
        ))}
      </Stack>
    </>
  );
}
