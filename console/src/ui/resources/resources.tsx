import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconFileText, IconPlus } from '@tabler/icons-react';
import { $api, type Schema } from '#api/client';
import { byCursor, itemsOf } from '#api/pages';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { resources as texts } from '#texts/prompts';
import { bytes, When } from '../figures';
import { DraftName } from '../prompts/draftName';
import { Empty, Loaded } from '../states';
import { type Column, Table } from '../table';

export type Kind = 'stored' | 'templates';

interface ResourcesProps {
  server: string;
  kind: Kind;
  onKind: (kind: Kind) => void;
  openName: string | undefined;
  onOpen: (name: string) => void;
  onAdd: () => void;
}

/** What clients can read on a server: stored texts and files, and families that an action reads. */
export function Resources(props: ResourcesProps) {
  const { kind, onKind, onAdd } = props;
  const may = useMay()('servers:write');
  const add = (
    <Button
      leftSection={<IconPlus size={16} />}
      disabled={!may}
      title={may ? undefined : common.needs('servers:write')}
      onClick={onAdd}
    >
      {texts[kind].add}
    </Button>
  );
  return (
    <Stack>
      <Group justify="space-between">
        <SegmentedControl
          aria-label={texts.which}
          data={(['stored', 'templates'] as const).map((value) => ({ value, label: texts.kinds[value] }))}
          value={kind}
          onChange={(value) => onKind(value === 'templates' ? value : 'stored')}
        />
        {add}
      </Group>
      {kind === 'stored' ? <Stored {...props} /> : <Templates {...props} />}
    </Stack>
  );
}

function Stored({ server, openName, onOpen }: ResourcesProps) {
  const path = { server };
  const query = $api.useInfiniteQuery(
    'get',
    '/api/v1/servers/{server}/resources',
    { params: { path } },
    byCursor,
  );
  const changes = useChanges(server)?.resources;
  const columns: Column<Schema<'StoredResource'>>[] = [
    {
      key: 'name',
      title: texts.columns.name,
      width: 'minmax(180px, 2fr)',
      cell: (row) => <DraftName {...row} changes={changes} />,
    },
    {
      key: 'uri',
      title: texts.columns.uri,
      width: 'minmax(160px, 2fr)',
      above: 700,
      cell: (row) => <Uri uri={row.uri} />,
    },
    {
      key: 'type',
      title: texts.columns.type,
      width: '150px',
      above: 820,
      cell: ({ mime_type }) => mime_type,
    },
    {
      key: 'size',
      title: texts.columns.size,
      width: '90px',
      align: 'right',
      cell: (row) => bytes(row.bytes),
    },
    {
      key: 'changed',
      title: texts.columns.changed,
      width: '130px',
      above: 700,
      cell: ({ updated_at }) => <When at={updated_at} />,
    },
  ];
  return (
    <Loaded query={query}>
      {(data) => {
        const rows = itemsOf<Schema<'StoredResource'>>(data);
        if (rows.length === 0) return <Nothing kind="stored" />;
        return (
          <Table
            label={texts.stored.label}
            columns={columns}
            rows={rows}
            rowKey={({ name }) => name}
            rowHeight={56}
            onOpen={({ name }) => onOpen(name)}
            openKey={openName}
            narrow={(row) => (
              <>
                <DraftName {...row} changes={changes} />
                <Uri uri={row.uri} />
              </>
            )}
            more={query.hasNextPage}
            onEnd={query.fetchNextPage}
          />
        );
      }}
    </Loaded>
  );
}

function Templates({ server, openName, onOpen }: ResourcesProps) {
  const path = { server };
  const query = $api.useInfiniteQuery(
    'get',
    '/api/v1/servers/{server}/resource-templates',
    { params: { path } },
    byCursor,
  );
  const changes = useChanges(server)?.resource_templates;
  const columns: Column<Schema<'ServerResourceTemplate'>>[] = [
    {
      key: 'name',
      title: texts.columns.template,
      width: 'minmax(180px, 2fr)',
      cell: (row) => <DraftName {...row} changes={changes} />,
    },
    {
      key: 'uri',
      title: texts.columns.uri,
      width: 'minmax(180px, 2fr)',
      above: 560,
      cell: (row) => <Uri uri={row.uri_template} />,
    },
    {
      key: 'action',
      title: texts.columns.action,
      width: 'minmax(120px, 1fr)',
      above: 700,
      cell: (row) => <Uri uri={row.action} />,
    },
    {
      key: 'changed',
      title: texts.columns.changed,
      width: '130px',
      above: 820,
      cell: ({ updated_at }) => <When at={updated_at} />,
    },
  ];
  return (
    <Loaded query={query}>
      {(data) => {
        const rows = itemsOf<Schema<'ServerResourceTemplate'>>(data);
        if (rows.length === 0) return <Nothing kind="templates" />;
        return (
          <Table
            label={texts.templates.label}
            columns={columns}
            rows={rows}
            rowKey={({ name }) => name}
            rowHeight={56}
            onOpen={({ name }) => onOpen(name)}
            openKey={openName}
            narrow={(row) => (
              <>
                <DraftName {...row} changes={changes} />
                <Uri uri={row.uri_template} />
              </>
            )}
            more={query.hasNextPage}
            onEnd={query.fetchNextPage}
          />
        );
      }}
    </Loaded>
  );
}

function useChanges(server: string) {
  return $api.useQuery('get', '/api/v1/servers/{server}/diff', { params: { path: { server } } }).data;
}

function Nothing({ kind }: { kind: Kind }) {
  return (
    <Empty icon={<IconFileText />} title={texts[kind].emptyTitle}>
      {texts[kind].emptyText}
    </Empty>
  );
}

function Uri({ uri }: { uri: string }) {
  return (
    <Text className="mono ellipsis" size="sm" title={uri}>
      {uri}
    </Text>
  );
}
