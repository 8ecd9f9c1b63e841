import { Card, Stack, Text, Title } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { $api, client, type Schema } from '#api/client';
import { everyPage, PAGE_MAX } from '#api/pages';
import { useSession } from '#api/session';
import { ownConnections as texts } from '#texts/ownConnections';
import { Disconnect, OwnApp, OwnList } from '#ui/own/ownApp';
import { Page } from '#ui/page';
import { Empty, Loaded } from '#ui/states';
import { toast } from '#ui/toasts';

type Connection = Schema<'CustomerConnection'>;

interface Search {
  /** The app that somebody was sent here for. */
  app?: string;
  /** What a connect page has come to, which leads back here. */
  connection?: string;
}

export const Route = createFileRoute('/_console/connections')({
  validateSearch: (search: Record<string, unknown>): Search => ({
    app: typeof search.app === 'string' ? search.app : undefined,
    connection:
      search.connect_status === 'connected' && typeof search.connection === 'string'
        ? search.connection
        : undefined,
  }),
  component: OwnConnections,
});

function OwnConnections() {
  const { user } = useSession();
  return (
    <Page title={texts.title} description={texts.description}>
      {user ? <Own /> : <Text c="dimmed">{texts.noPerson}</Text>}
    </Page>
  );
}

function Own() {
  const { app } = Route.useSearch();
  const apps = $api.useQuery('get', '/api/v1/me/apps');
  const connections = useQuery({
    queryKey: ['get', '/api/v1/me/connections', 'all'],
    queryFn: ({ signal }) =>
      everyPage((cursor) =>
        client.GET('/api/v1/me/connections', { params: { query: { limit: PAGE_MAX, cursor } }, signal }),
      ),
  });
  useWelcome(apps.data?.items, connections.data);
  return (
    <Loaded query={apps}>
      {({ items }) => (
        <Loaded query={connections}>
          {(all) => {
            const of = (id: string) => all.filter((connection) => connection.app === id);
            const others = all.filter((connection) => !items.some(({ id }) => id === connection.app));
            // Whoever was sent here for an app sees it first.
            const sorted = [...items].sort((one, other) => Number(other.id === app) - Number(one.id === app));
            return (
              <Stack maw={860}>
                {items.length === 0 && (
                  <Empty icon={<IconPlugConnected />} title={texts.emptyTitle}>
                    {texts.emptyText}
                  </Empty>
                )}
                {sorted.map((one) => (
                  <OwnApp key={one.id} app={one} connections={of(one.id)} />
                ))}
                {others.length > 0 && <Others connections={others} />}
              </Stack>
            );
          }}
        </Loaded>
      )}
    </Loaded>
  );
}

/** What no server calls any more can be removed still. */
function Others({ connections }: { connections: Connection[] }) {
  const [gone, setGone] = useState<Connection>();
  return (
    <Card withBorder padding="lg" component="section" aria-label={texts.more}>
      <Stack gap="md">
        <Stack gap={4}>
          <Title order={2} size="h4">
            {texts.more}
          </Title>
          <Text size="sm" c="dimmed">
            {texts.moreText}
          </Text>
        </Stack>
        <OwnList
          label={texts.more}
          connections={connections}
          only={['disconnect']}
          onAct={(_, one) => setGone(one)}
        />
      </Stack>
      {gone && <Disconnect connection={gone} onClose={() => setGone(undefined)} />}
    </Card>
  );
}

/** Says once that a connect page has led back, and what is connected now. */
function useWelcome(apps: Schema<'OwnApp'>[] | undefined, connections: Connection[] | undefined) {
  const { connection: id } = Route.useSearch();
  const navigate = Route.useNavigate();
  const said = useRef(false);
  useEffect(() => {
    const made = connections?.find((one) => one.id === id);
    if (said.current || !made || !apps) return;
    said.current = true;
    const title = apps.find((app) => app.id === made.app)?.title ?? made.name;
    toast(texts.connected(title));
    void navigate({ search: {}, replace: true });
  }, [id, apps, connections, navigate]);
}
