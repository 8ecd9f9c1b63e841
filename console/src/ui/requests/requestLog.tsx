import { Button, Group, Loader, Menu, Stack, Switch, Text, Tooltip } from '@mantine/core';
import { IconDownload, IconListDetails, IconRefresh } from '@tabler/icons-react';
import { requests } from '#texts/requests';
import { Empty, Loaded } from '../states';
import { RequestDrawer } from './requestDrawer';
import { RequestFilterBar } from './requestFilters';
import { filtersOf, type RequestSearch } from './requestSearch';
import { RequestTable } from './requestTable';
import { useLog } from './useLog';

interface RequestLogProps {
  search: RequestSearch;
  /** `replace`: not a step that one goes back to. */
  onChange: (changes: RequestSearch, replace: boolean) => void;
  /** The log of one server alone. */
  server?: string;
}

/** A request log: filters, the rows, live or not, and one of them in full. */
export function RequestLog({ search, onChange, server }: RequestLogProps) {
  const filters = filtersOf(search);
  const live = search.live ?? false;
  const { log, rows, query, readAnew } = useLog({ ...filters, server: server ?? filters.server }, live);
  const filtered = Object.values(filters).some((value) => value !== undefined);
  const searching = log.hasNextPage || log.isFetching;
  return (
    <Stack>
      <RequestFilterBar
        filters={filters}
        fixedServer={server !== undefined}
        onChange={(changes) => onChange(changes, true)}
      />
      <Group justify="space-between">
        <Text size="sm" c="dimmed" role="status">
          {log.data && requests.shown(rows.length, log.hasNextPage)}
        </Text>
        <Group gap="sm">
          <Tooltip label={requests.liveHint}>
            <Switch
              label={requests.live}
              checked={live}
              onChange={(event) => onChange({ live: event.currentTarget.checked || undefined }, true)}
            />
          </Tooltip>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconRefresh size={14} />}
            disabled={live}
            title={live ? requests.liveHint : undefined}
            onClick={readAnew}
          >
            {requests.refresh}
          </Button>
          <Export query={query} />
        </Group>
      </Group>
      <Loaded query={log}>
        {() =>
          rows.length > 0 ? (
            <RequestTable
              rows={rows}
              oneServer={server !== undefined}
              openId={search.request}
              onOpen={({ id }) => onChange({ request: id, part: undefined }, false)}
              onEnd={() => !log.isFetching && log.fetchNextPage()}
              more={log.hasNextPage}
            />
          ) : searching ? (
            <Group justify="center" p="xl" role="status">
              <Loader size="sm" />
              <Text c="dimmed">{requests.searching}</Text>
            </Group>
          ) : (
            <Nothing filtered={filtered} />
          )
        }
      </Loaded>
      <RequestDrawer
        request={search.request}
        part={search.part ?? 'call'}
        onPart={(part) => onChange({ part }, true)}
        onClose={() => onChange({ request: undefined, part: undefined }, false)}
      />
    </Stack>
  );
}

function Nothing({ filtered }: { filtered: boolean }) {
  return (
    <Empty icon={<IconListDetails />} title={filtered ? requests.emptyFiltered : requests.empty}>
      {filtered ? requests.emptyFilteredText : requests.emptyText}
    </Empty>
  );
}

/** Everything that fits, up to now, as a file. */
function Export({ query }: { query: Record<string, string | boolean | undefined> }) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) params.set(name, String(value));
  }
  const href = (format: string) => `/api/v1/requests/export?${params}&format=${format}`;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<IconDownload size={14} />}>
          {requests.export}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={href('jsonl')} download="requests.jsonl">
          {requests.exportJsonl}
        </Menu.Item>
        <Menu.Item component="a" href={href('csv')} download="requests.csv">
          {requests.exportCsv}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
