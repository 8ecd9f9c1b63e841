import { Badge, Group, Stack, Text } from '@mantine/core';
import type { Schema } from '#api/client';
import { usedBy as texts } from '#texts/usedBy';
import { TextLink } from '../links';

/** What uses something: servers with their tools, and customers. */
export function UsedBy({ uses }: { uses: Schema<'UsedBy'> }) {
  if (uses.items.length === 0 && uses.customers === 0) return <Text c="dimmed">{texts.nobody}</Text>;
  return (
    <Stack gap="xs">
      {uses.customers > 0 && <Text>{texts.customers(uses.customers)}</Text>}
      {uses.items.map((use) => (
        <Group key={use.server} gap="xs" align="baseline">
          <TextLink to="/servers/$server/tools" params={{ server: use.server }}>
            {use.slug}
          </TextLink>
          {use.published && <Badge size="xs">{texts.published}</Badge>}
          {use.draft && (
            <Badge size="xs" variant="light" color="gray">
              {texts.draft}
            </Badge>
          )}
          {use.deleted && (
            <Badge size="xs" variant="light" color="red">
              {texts.deleted}
            </Badge>
          )}
          <Text span size="sm" c="dimmed" lineClamp={2}>
            {use.tools.length > 0 ? use.tools.join(', ') : texts.connectionOnly}
          </Text>
        </Group>
      ))}
    </Stack>
  );
}
