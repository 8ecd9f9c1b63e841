import { Alert, Badge, Button, Group, List, Stack, Text, Title } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { $api } from '#api/client';
import { request as texts } from '#texts/requests';
import { ProblemNote } from '../states';
import { PlannedRequest } from './plannedRequest';
import type { Row } from './useLog';

/** What a logged call would do today. Nothing is sent. */
export function ReplayPart({ row }: { row: Row }) {
  const replayed = $api.useMutation('post', '/api/v1/requests/{request}/replay', { meta: { shown: true } });
  const kept = row.arguments !== undefined;
  const replay = replayed.data;
  return (
    <Stack>
      <Text size="sm">{texts.replayText}</Text>
      <Group>
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          loading={replayed.isPending}
          disabled={!kept}
          onClick={() => replayed.mutate({ params: { path: { request: row.id } } })}
        >
          {texts.replay}
        </Button>
        {!kept && (
          <Text size="sm" c="dimmed">
            {texts.needsArguments}
          </Text>
        )}
      </Group>
      {replayed.error && <ProblemNote error={replayed.error} />}
      {replay && (
        <>
          <Badge variant="light" tt="none" autoContrast>
            {texts.replayVersion(replay.tool, replay.version)}
          </Badge>
          {replay.redacted && <Alert color="yellow">{texts.redacted}</Alert>}
          {replay.errors.length > 0 && (
            <Alert color="red" title={texts.replayErrors}>
              <List size="sm">
                {replay.errors.map((error) => (
                  <List.Item key={error}>{error}</List.Item>
                ))}
              </List>
            </Alert>
          )}
          {replay.planned && (
            <>
              <Title order={3} size="h5">
                {texts.planned}
              </Title>
              <PlannedRequest planned={replay.planned} />
            </>
          )}
        </>
      )}
    </Stack>
  );
}
