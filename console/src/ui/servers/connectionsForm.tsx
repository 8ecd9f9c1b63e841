import { Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { client, type Schema } from '#api/client';
import { everyPage, PAGE_MAX } from '#api/pages';
import { useMay } from '#api/session';
import { serverSettings as all } from '#texts/serverSettings';
import { Loaded } from '../states';
import { useAppsOfServer } from './appsOfServer';
import { SettingsSection, useSection } from './settingsSection';

const texts = all.connections;
/** What stands for the caller's own connection in the place of an id. */
const CALLER = 'caller';

/** Which credentials the tools of each app use. */
export function ConnectionsForm({ server }: { server: Schema<'Server'> }) {
  const may = useMay();
  const section = useSection(server, ['connections']);
  const apps = useAppsOfServer(server.id);
  const connections = useQuery({
    queryKey: ['get', '/api/v1/connections', 'all'],
    queryFn: ({ signal }) =>
      everyPage((cursor) =>
        client.GET('/api/v1/connections', { params: { query: { limit: PAGE_MAX, cursor } }, signal }),
      ),
    enabled: may('connections:read'),
  });
  const chosen = section.values.connections ?? {};
  const choose = (app: string, connection: string | null) => {
    // A merge patch takes a member out by `null`, which the generated type of the map does not know.
    section.set({ connections: { ...chosen, [app]: connection as string } });
  };
  const choicesOf = (app: string) => {
    const known = (connections.data ?? []).filter((connection) => connection.app === app);
    const current = chosen[app];
    const items = [
      { value: CALLER, label: texts.caller },
      ...known.map(({ id, name }) => ({ value: id, label: name })),
    ];
    // What one may not see is still what is chosen.
    if (current && current !== CALLER && !known.some(({ id }) => id === current))
      items.push({ value: current, label: current });
    return items;
  };
  return (
    <SettingsSection title={texts.title} holds={all.withNext} section={section}>
      <Text size="sm" c="dimmed">
        {texts.hint}
      </Text>
      <Loaded query={apps}>
        {(used) =>
          used.length === 0 ? (
            <Text size="sm">{texts.none}</Text>
          ) : (
            <Stack gap="sm">
              {used.map(({ app, title }) => (
                <Select
                  key={app}
                  label={title}
                  aria-label={texts.ofApp(title)}
                  description={chosen[app] === CALLER ? texts.callerHint : undefined}
                  placeholder={texts.default}
                  maw={420}
                  clearable
                  value={chosen[app] ?? null}
                  onChange={(connection) => choose(app, connection)}
                  data={choicesOf(app)}
                />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </SettingsSection>
  );
}
