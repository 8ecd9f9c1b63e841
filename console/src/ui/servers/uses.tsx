import { Group, Stack, Text, Title } from '@mantine/core';
import { $api, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { servers } from '#texts/servers';
import { TextLink } from '../links';
import { Loaded } from '../states';
import { useAppsOfServer } from './appsOfServer';

const texts = servers.uses;

/** The apps that a server's draft has tools of, and by which connections it calls them. */
export function Uses({ server }: { server: Schema<'Server'> }) {
  const may = useMay();
  const used = useAppsOfServer(server.id);
  const connections = $api.useQuery(
    'get',
    '/api/v1/connections',
    { params: { query: { limit: 200 } } },
    { enabled: may('connections:read') && Object.keys(server.connections).length > 0 },
  );
  const nameOf = (id: string) =>
    connections.data?.items.find((connection) => connection.id === id)?.name ?? id;
  return (
    <Stack gap="sm">
      <Title order={3} size="h6">
        {texts.apps}
      </Title>
      <Loaded query={used}>
        {(apps) =>
          apps.length === 0 ? (
            <Text c="dimmed">{texts.none}</Text>
          ) : (
            <Stack gap={6} component="ul" m={0} pl="md">
              {apps.map(({ app, title, tools }) => {
                const connection = server.connections[app];
                return (
                  <li key={app}>
                    <Group gap="xs">
                      <TextLink to="/apps/$app" params={{ app }}>
                        {title}
                      </TextLink>
                      <Text span size="sm">
                        {servers.tools(tools)}
                      </Text>
                      <Text span size="sm" c="dimmed">
                        {connection ? nameOf(connection) : texts.defaultConnection}
                      </Text>
                    </Group>
                  </li>
                );
              })}
            </Stack>
          )
        }
      </Loaded>
      <TextLink to="/servers/$server/access" params={{ server: server.id }}>
        {texts.access}
      </TextLink>
    </Stack>
  );
}
