import { Alert, Button, Group, Select, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconPlus, IconSearch, IconTool } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { $api, type Schema } from '#api/client';
import { useApps } from '#api/directory';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { tools as texts } from '#texts/tools';
import { SearchField } from '../searchField';
import { Empty, Loaded } from '../states';
import { Bulk } from './bulk';
import { draftTools, offeredTools, type ServerTool } from './data';
import { filterRows, rowsOf, SHOWN, type ToolSearch } from './rows';
import { ToolsTable } from './toolsTable';

interface ToolsProps {
  server: string;
  filters: ToolSearch;
  onFilter: (changes: ToolSearch) => void;
  openName: string | undefined;
  onOpen: (name: string) => void;
  onAdd: () => void;
  onAgain: (name: string) => void;
}

/** The tools of a server's draft: what they are, what they cost, what is wrong with them. */
export function Tools(props: ToolsProps) {
  const may = useMay()('servers:write');
  const add = (
    <Button
      leftSection={<IconPlus size={16} />}
      disabled={!may}
      title={may ? undefined : common.needs('servers:write')}
      onClick={props.onAdd}
    >
      {texts.add}
    </Button>
  );
  const query = useQuery(draftTools(props.server));
  return (
    <Loaded query={query}>
      {(tools) =>
        tools.length === 0 ? (
          <Empty icon={<IconTool />} title={texts.emptyTitle} action={add}>
            {texts.emptyText}
          </Empty>
        ) : (
          <Listed {...props} tools={tools} add={add} />
        )
      }
    </Loaded>
  );
}

function Listed(props: ToolsProps & { tools: ServerTool[]; add: React.ReactNode }) {
  const { server, tools, add, filters, onFilter } = props;
  const may = useMay();
  const offered = useQuery({ ...offeredTools(server, 'draft'), enabled: may('servers:test') });
  const diff = $api.useQuery('get', '/api/v1/servers/{server}/diff', { params: { path: { server } } });
  const apps = useApps();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const all = useMemo(() => rowsOf(tools, offered.data, diff.data), [tools, offered.data, diff.data]);
  const rows = useMemo(() => filterRows(all, filters), [all, filters]);
  // What the list costs as it is stands above all parts of the server.
  const before = diff.data?.budget.tokens_before;
  const appIds = [...new Set(tools.map(({ app }) => app))];
  const appTitle = (id: string) => apps.data?.find((app) => app.id === id)?.title ?? id;
  return (
    <Stack>
      {diff.data && <Faults diff={diff.data} />}
      <Group justify="space-between" gap="sm">
        <Group gap="xs" flex={1}>
          <SearchField
            label={texts.search}
            value={filters.q}
            onChange={(q) => onFilter({ q })}
            w={{ base: '100%', xs: 240 }}
          />
          <Select
            aria-label={texts.show}
            placeholder={texts.allShown}
            clearable
            data={SHOWN.map((value) => ({ value, label: texts.shown[value] }))}
            value={filters.show ?? null}
            onChange={(show) => onFilter({ show: SHOWN.find((shown) => shown === show) })}
            w={{ base: '100%', xs: 200 }}
          />
          {appIds.length > 1 && (
            <Select
              aria-label={texts.app}
              placeholder={texts.allApps}
              clearable
              searchable
              data={appIds.map((value) => ({ value, label: appTitle(value) }))}
              value={filters.app ?? null}
              onChange={(app) => onFilter({ app: app ?? undefined })}
              w={{ base: '100%', xs: 180 }}
            />
          )}
        </Group>
        {add}
      </Group>
      <Group justify="space-between" gap="sm" mih={32}>
        <Text size="sm" c="dimmed" role="status">
          {texts.count(rows.length, all.length)}
        </Text>
        {before !== undefined && (
          <Text size="sm" c="dimmed">
            {texts.before(before)}
          </Text>
        )}
      </Group>
      <Bulk server={server} selected={selected} onSelected={setSelected} />
      {rows.length === 0 ? (
        <Empty
          icon={<IconSearch />}
          title={texts.nothingTitle}
          action={
            <Button
              variant="light"
              onClick={() => onFilter({ q: undefined, show: undefined, app: undefined })}
            >
              {texts.showAll}
            </Button>
          }
        >
          {texts.nothingText}
        </Empty>
      ) : (
        <ToolsTable
          {...props}
          rows={rows}
          selected={selected}
          onSelected={setSelected}
          appTitle={appTitle}
          mayWrite={may('servers:write')}
        />
      )}
    </Stack>
  );
}

/** What keeps the draft from being published and belongs to no single tool, and what goes with the next version. */
function Faults({ diff }: { diff: Schema<'ServerDiff'> }) {
  const { budget, problems, removed } = diff;
  const over = budget.token_budget != null && budget.tokens > budget.token_budget;
  const general = problems.filter(({ place }) => !place.startsWith('tools.'));
  const inTools = problems.length - general.length;
  return (
    <>
      {(over || problems.length > 0) && (
        <Alert
          color="red"
          variant="light"
          icon={<IconAlertTriangle aria-hidden />}
          title={texts.draftProblems}
        >
          <Stack gap={4}>
            {over && <Text size="sm">{texts.over}</Text>}
            {general.map(({ place, field, message }) => (
              <Text size="sm" key={`${place} ${field ?? ''} ${message}`}>
                {place}: {message}
              </Text>
            ))}
            {inTools > 0 && (
              <Text size="sm">
                {texts.shown.problems}: {inTools}
              </Text>
            )}
          </Stack>
        </Alert>
      )}
      {removed.length > 0 && (
        <Text size="sm" c="dimmed" lineClamp={3}>
          {texts.removed(removed)}
        </Text>
      )}
    </>
  );
}
