import { Input, MultiSelect, SegmentedControl, Stack, Switch, TagsInput } from '@mantine/core';
import { $api } from '#api/client';
import { useServers } from '#api/directory';
import { fieldError } from '#api/fieldError';
import { useMay } from '#api/session';
import { tokens } from '#texts/tokens';
import type { FieldsProps } from './tokenFields';

/** Which servers and tools a token may call. */
export function ScopeFields({ values, set, faults, error }: FieldsProps) {
  const may = useMay();
  const servers = useServers();
  const toolNames = useToolNames(values.servers === 'chosen' ? values.chosenServers : []);
  const serverError = faults.chosenServers ?? fieldError(error, 'scope.servers', 'scope');
  const toolError = faults.chosenTools ?? fieldError(error, 'scope.tools');
  const choices = (servers.data ?? []).map(({ id, name, slug }) => ({
    value: id,
    label: name === slug ? name : `${name} (${slug})`,
  }));
  return (
    <Stack>
      <Stack gap={6}>
        <Input.Label component="div" id="token-servers">
          {tokens.servers}
        </Input.Label>
        <SegmentedControl
          aria-labelledby="token-servers"
          value={values.servers}
          onChange={(reach) => set({ servers: reach })}
          data={[
            { value: 'all', label: tokens.everything },
            { value: 'chosen', label: tokens.chosen },
            { value: 'none', label: tokens.noServers },
          ]}
        />
        {values.servers === 'all' && <Input.Description>{tokens.allServersHint}</Input.Description>}
        {values.servers === 'none' && <Input.Description>{tokens.noServersHint}</Input.Description>}
        {values.servers === 'chosen' &&
          (may('servers:read') ? (
            <MultiSelect
              searchable
              aria-label={tokens.servers}
              data={choices}
              value={values.chosenServers}
              error={serverError}
              onChange={(chosenServers) => set({ chosenServers })}
            />
          ) : (
            <TagsInput
              aria-label={tokens.servers}
              description={tokens.serversHint}
              value={values.chosenServers}
              error={serverError}
              onChange={(chosenServers) => set({ chosenServers })}
            />
          ))}
      </Stack>
      {values.servers !== 'none' && (
        <>
          <Stack gap={6}>
            <Input.Label component="div" id="token-tools">
              {tokens.tools}
            </Input.Label>
            <SegmentedControl
              aria-labelledby="token-tools"
              value={values.tools}
              onChange={(reach) => set({ tools: reach })}
              data={[
                { value: 'all', label: tokens.everything },
                { value: 'chosen', label: tokens.chosen },
              ]}
            />
            {values.tools === 'chosen' && (
              <TagsInput
                aria-label={tokens.tools}
                description={tokens.toolsHint}
                data={toolNames}
                value={values.chosenTools}
                error={toolError}
                onChange={(chosenTools) => set({ chosenTools })}
              />
            )}
          </Stack>
          <Switch
            label={tokens.readOnly}
            description={tokens.readOnlyHint}
            checked={values.readOnly}
            onChange={(event) => set({ readOnly: event.currentTarget.checked })}
          />
        </>
      )}
    </Stack>
  );
}

/** The names of the tools of the one server that was chosen, to choose among. */
function useToolNames(chosen: string[]): string[] {
  const may = useMay();
  const server = chosen.length === 1 ? chosen[0] : undefined;
  const { data } = $api.useQuery(
    'get',
    '/api/v1/servers/{server}/tools',
    { params: { path: { server: server ?? '' }, query: { limit: 200 } } },
    { enabled: server !== undefined && may('servers:read') },
  );
  return data?.items.map((tool) => tool.name) ?? [];
}
