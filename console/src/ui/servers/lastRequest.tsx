import { Group, Text } from '@mantine/core';
import { $api } from '#api/client';
import { useMay } from '#api/session';
import { connect as texts } from '#texts/connect';
import { When } from '../figures';
import { TextLink } from '../links';

/** When a client last asked this server anything, and which: the proof that it is reached. */
export function LastRequest({ server }: { server: string }) {
  const may = useMay();
  const query = $api.useQuery(
    'get',
    '/api/v1/requests',
    { params: { query: { server, test: false, limit: 1 } } },
    { enabled: may('requests:read') },
  );
  if (!query.data) return null;
  const [last] = query.data.items;
  if (!last)
    return (
      <Text size="sm" c="dimmed">
        {texts.noCall}
      </Text>
    );
  return (
    <Group gap={6}>
      <Text span size="sm" c="dimmed">
        {texts.lastCall}
      </Text>
      <TextLink to="/servers/$server/requests" params={{ server }} size="sm">
        <When at={last.at} />
      </TextLink>
      <code className="mono">{last.method}</code>
      {last.client_name && (
        <Text span size="sm" c="dimmed">
          {texts.by} {last.client_name} {last.client_version}
        </Text>
      )}
    </Group>
  );
}
