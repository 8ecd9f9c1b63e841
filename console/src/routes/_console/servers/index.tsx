import { Button, Group, SegmentedControl, Select } from '@mantine/core';
import { IconPlus, IconSearchOff, IconServer2, IconTrash } from '@tabler/icons-react';
import { keepPreviousData } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useState } from 'react';
import { $api, type Schema } from '#api/client';
import { byCursor, itemsOf } from '#api/pages';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { servers as texts } from '#texts/servers';
import { Page } from '#ui/page';
import { SearchField } from '#ui/searchField';
import { BulkBar } from '#ui/servers/bulkBar';
import { DeletedList } from '#ui/servers/deletedList';
import { ServerList } from '#ui/servers/list';
import { type Act, type ListSearch, listQuery, listSearch, SORTS, type Source } from '#ui/servers/listSearch';
import { Empty, Forbidden, Loaded } from '#ui/states';

const CreateServer = lazy(() => import('#ui/servers/createServer'));
const RowDialog = lazy(() =>
  import('#ui/servers/dialogs').then(({ RowDialog: component }) => ({ default: component })),
);

export const Route = createFileRoute('/_console/servers/')({
  validateSearch: listSearch,
  component: Servers,
});

type Server = Schema<'Server'>;

const STATES = ['all', 'on', 'off', 'deleted'] as const;

function Servers() {
  const search = Route.useSearch();
  const { q, sort = 'name', state, create, act, of } = search;
  const navigate = Route.useNavigate();
  const may = useMay();
  const query = $api.useInfiniteQuery(
    'get',
    '/api/v1/servers',
    { params: { query: listQuery(search) } },
    { ...byCursor, placeholderData: keepPreviousData },
  );
  const rows = itemsOf(query.data);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const onEnd = useCallback(() => void query.fetchNextPage(), [query.fetchNextPage]);
  const go = useCallback(
    (next: Partial<ListSearch>, replace = false) =>
      void navigate({ search: (current) => ({ ...current, ...next }), replace }),
    [navigate],
  );
  const onAct = useCallback((next: Act, server: Server) => go({ act: next, of: server.id }), [go]);
  const close = () => go({ act: undefined, of: undefined, create: undefined }, true);

  const filtered = q !== undefined || state !== undefined;
  const bare = !filtered && query.data !== undefined && rows.length === 0;
  const reason = may('servers:write') ? undefined : common.needs('servers:write');
  const createButton = (
    <Button
      leftSection={<IconPlus size={16} />}
      onClick={() => go({ create: 'scratch' })}
      disabled={reason !== undefined}
      title={reason}
    >
      {texts.create}
    </Button>
  );
  if (!may('servers:read')) {
    return (
      <Page title={texts.title} description={texts.description}>
        <Forbidden permission="servers:read" />
      </Page>
    );
  }
  const listed = { rows, more: query.hasNextPage, onEnd, onAct };
  return (
    <Page title={texts.title} description={texts.description} actions={!bare && createButton}>
      {bare ? (
        <Empty icon={<IconServer2 />} title={texts.emptyTitle} action={createButton}>
          {texts.emptyText}
        </Empty>
      ) : (
        <>
          <Filters
            q={q}
            sort={sort}
            state={state}
            go={(next, replace) => {
              setSelected(new Set());
              go(next, replace);
            }}
          />
          <BulkBar rows={rows} selected={selected} onSelect={setSelected} />
          <Loaded query={query}>
            {() => {
              if (rows.length === 0)
                return <Nothing state={state} onClear={() => go({ q: undefined, state: undefined })} />;
              if (state === 'deleted') return <DeletedList {...listed} />;
              return <ServerList {...listed} selected={selected} onSelect={setSelected} />;
            }}
          </Loaded>
        </>
      )}
      <Suspense>
        {create && (
          <CreateServer
            source={create}
            onSource={(next: Source) => go({ create: next }, true)}
            onClose={close}
          />
        )}
        {act && <RowDialog act={act} server={rows.find((row) => row.id === of)} onClose={close} />}
      </Suspense>
    </Page>
  );
}

interface FiltersProps extends Pick<ListSearch, 'q' | 'sort' | 'state'> {
  go: (next: Partial<ListSearch>, replace?: boolean) => void;
}

function Filters({ q, sort, state, go }: FiltersProps) {
  return (
    <Group gap="sm">
      <SearchField
        flex="1 1 240px"
        label={texts.searchLabel}
        value={q}
        onChange={(words) => go({ q: words }, true)}
      />
      <SegmentedControl
        aria-label={texts.stateLabel}
        value={state ?? 'all'}
        onChange={(next) => go({ state: next === 'all' ? undefined : next })}
        data={STATES.map((value) => ({ value, label: texts.states[value] }))}
      />
      <Select
        w={190}
        aria-label={texts.sortLabel}
        allowDeselect={false}
        value={sort}
        onChange={(next) => next && go({ sort: next === 'name' ? undefined : next })}
        data={SORTS.map((value) => ({ value, label: texts.sorts[value] }))}
      />
    </Group>
  );
}

function Nothing({ state, onClear }: { state: ListSearch['state']; onClear: () => void }) {
  const deleted = state === 'deleted';
  return (
    <Empty
      icon={deleted ? <IconTrash /> : <IconSearchOff />}
      title={deleted ? texts.noDeletedTitle : texts.noMatchTitle}
      action={
        <Button variant="light" onClick={onClear}>
          {texts.clearFilters}
        </Button>
      }
    >
      {deleted ? texts.noDeletedText : texts.noMatchText}
    </Empty>
  );
}
