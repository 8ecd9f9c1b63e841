import { Button, Collapse, Group, Select, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFilter } from '@tabler/icons-react';
import { useServers, useTokens, useUsers } from '#api/directory';
import { useMay } from '#api/session';
import { requests } from '#texts/requests';
import { SearchField } from '../searchField';
import { TimeframeFilter } from '../timeframeFilter';
import { OUTCOMES, type RequestFilters } from './requestSearch';

const texts = requests.filters;
const METHODS = [
  'tools/call',
  'tools/list',
  'initialize',
  'server/discover',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/read',
  'subscriptions/listen',
];

interface RequestFiltersProps {
  filters: RequestFilters;
  /** The log is of one server: it is not asked for. */
  fixedServer: boolean;
  onChange: (changes: RequestFilters) => void;
}

/** Time, text and outcome in one row; the rest behind a button. */
export function RequestFilterBar({ filters, fixedServer, onChange }: RequestFiltersProps) {
  const { tool, principal, client, method, test, server } = filters;
  const rest = [tool, principal, client, method, test, fixedServer ? undefined : server];
  const used = rest.filter((value) => value !== undefined).length;
  const [opened, { toggle }] = useDisclosure(used > 0);
  return (
    <Stack gap="sm">
      <Group gap="sm" className="filters">
        <SearchField
          w={{ base: '100%', sm: 300 }}
          label={texts.text}
          value={filters.text}
          onChange={(text) => onChange({ text })}
        />
        <TimeframeFilter value={filters} onChange={onChange} />
        <Select
          clearable
          w={150}
          aria-label={requests.columns.outcome}
          placeholder={texts.outcome}
          data={OUTCOMES.map((value) => ({ value, label: requests.outcomes[value] }))}
          value={filters.outcome ?? null}
          onChange={(outcome) => onChange({ outcome: outcome ?? undefined })}
        />
        <Button
          variant={opened ? 'light' : 'default'}
          leftSection={<IconFilter size={16} />}
          aria-expanded={opened}
          onClick={toggle}
        >
          {used > 0 ? `${texts.more} (${used})` : texts.more}
        </Button>
      </Group>
      <Collapse expanded={opened}>
        {opened && <Rest filters={filters} fixedServer={fixedServer} onChange={onChange} />}
      </Collapse>
    </Stack>
  );
}

function Rest({ filters, fixedServer, onChange }: RequestFiltersProps) {
  const servers = useServers();
  return (
    <Group gap="sm" className="filters">
      {!fixedServer && (
        <Select
          clearable
          searchable
          w={200}
          aria-label={requests.columns.server}
          placeholder={texts.server}
          data={(servers.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={filters.server ?? null}
          onChange={(server) => onChange({ server: server ?? undefined })}
        />
      )}
      <SearchField w={180} label={texts.tool} value={filters.tool} onChange={(tool) => onChange({ tool })} />
      <Callers value={filters.principal} onChange={(principal) => onChange({ principal })} />
      <SearchField
        w={160}
        label={texts.client}
        value={filters.client}
        onChange={(client) => onChange({ client })}
      />
      <Select
        clearable
        searchable
        w={180}
        aria-label={requests.method}
        placeholder={texts.method}
        data={METHODS}
        value={filters.method ?? null}
        onChange={(method) => onChange({ method: method ?? undefined })}
      />
      <Select
        clearable
        w={160}
        aria-label={texts.test}
        placeholder={texts.test}
        data={Object.entries(requests.tests).map(([value, label]) => ({ value, label }))}
        value={filters.test?.toString() ?? null}
        onChange={(test) => onChange({ test: test === null ? undefined : test === 'true' })}
      />
    </Group>
  );
}

interface CallersProps {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** Tokens and users by name; one that is gone, by its id. */
function Callers({ value, onChange }: CallersProps) {
  const may = useMay();
  const tokens = useTokens();
  const users = useUsers();
  const data = [
    ...(users.data ?? []).map(({ id, email }) => ({ value: id, label: email })),
    ...(may('tokens:read') ? (tokens.data ?? []) : []).map(({ id, name, hint }) => ({
      value: id,
      label: `${name} (${hint}…)`,
    })),
  ];
  const known = value === undefined || data.some((choice) => choice.value === value);
  return (
    <Select
      clearable
      searchable
      w={220}
      limit={100}
      aria-label={requests.columns.caller}
      placeholder={texts.principal}
      data={known ? data : [{ value, label: value }, ...data]}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
    />
  );
}
