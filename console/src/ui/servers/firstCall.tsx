import { Alert, Group, Loader, Paper, Stack, Text, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { $api, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { start } from '#texts/start';
import { duration, When } from '../figures';
import { ButtonLink, TextLink } from '../links';

const texts = start.call;

/** How often the log is read while nothing is there, in milliseconds. */
const EVERY = 2_000;

type Row = Schema<'LoggedRequest'>;

/** The last request of a client to a server, of one method or of any; the log is read again and again until there is one. */
export function useLastRequest(server: string | undefined, method?: string): Row | undefined {
  const may = useMay();
  const query = $api.useQuery(
    'get',
    '/api/v1/requests',
    { params: { query: { server, method, test: false, limit: 1 } } },
    {
      enabled: server !== undefined && may('requests:read'),
      refetchInterval: ({ state }) => (state.data?.items.length ? false : EVERY),
    },
  );
  return query.data?.items[0];
}

interface FirstCallProps {
  server: Schema<'Server'>;
  /** The last request of any method. */
  asked: Row | undefined;
}

/** Waits for the first call of a tool, and shows it. */
export function FirstCall({ server, asked }: FirstCallProps) {
  const may = useMay();
  const call = useLastRequest(server.id, 'tools/call');
  if (!may('requests:read')) return <Text c="dimmed">{texts.forbidden}</Text>;
  return (
    <Paper withBorder p="lg" component="section" aria-label={texts.title}>
      <Stack gap="sm">
        <Title order={2} size="h4">
          {texts.title}
        </Title>
        <div role="status">
          {call ? (
            <Alert color="teal" icon={<IconCheck aria-hidden />} title={texts.seen}>
              <Group gap={6}>
                <code className="mono">{call.tool}</code>
                <span>
                  {texts.by} {call.client_name || start.client.unnamed}
                </span>
                <When at={call.at} />
                <span>
                  {texts.took} {duration(call.duration_us)}
                </span>
                <TextLink
                  to="/servers/$server/requests"
                  params={{ server: server.id }}
                  search={{ request: call.id }}
                  inherit
                >
                  {texts.details}
                </TextLink>
              </Group>
            </Alert>
          ) : (
            <Group gap="sm" wrap="nowrap">
              <Loader size="sm" aria-hidden />
              <Text size="sm">
                {asked ? texts.asked(asked.client_name || start.client.unnamed) : texts.waiting}
              </Text>
            </Group>
          )}
        </div>
        {call && <Next server={server.id} />}
      </Stack>
    </Paper>
  );
}

function Next({ server }: { server: string }) {
  const params = { server };
  return (
    <Group gap="xs" role="group" aria-label={texts.next}>
      <ButtonLink to="/servers/$server/test" params={params} size="xs" variant="light">
        {texts.test}
      </ButtonLink>
      <ButtonLink to="/servers/$server/access" params={params} size="xs" variant="light">
        {texts.access}
      </ButtonLink>
      <ButtonLink to="/servers/$server/limits" params={params} size="xs" variant="light">
        {texts.limits}
      </ButtonLink>
    </Group>
  );
}
