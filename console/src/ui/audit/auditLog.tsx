import { Button, Group, Menu, Stack, Text } from '@mantine/core';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { $api, type Schema } from '#api/client';
import { byCursor, itemsOf } from '#api/pages';
import { audit } from '#texts/audit';
import { LogTime } from '../logTime';
import { Empty, Loaded } from '../states';
import { type Column, Table } from '../table';
import { boundsOf } from '../timeframe';
import { AuditDrawer } from './auditDrawer';
import { AuditFilters } from './auditFilters';
import type { AuditSearch } from './auditSearch';

type Row = Schema<'AuditEvent'>;

interface AuditLogProps {
  search: AuditSearch;
  /** `replace`: not a step that one goes back to. */
  onChange: (changes: AuditSearch, replace: boolean) => void;
  /** The log of one object alone, by its id. */
  object?: string;
  /** Beside the download. */
  actions?: ReactNode;
}

const columns: Column<Row>[] = [
  { key: 'at', title: audit.columns.at, width: '146px', cell: (row) => <LogTime at={row.at} /> },
  {
    key: 'event',
    title: audit.columns.event,
    width: 'minmax(140px, 1.3fr)',
    cell: (row) => <Line mono text={row.event} />,
  },
  {
    key: 'actor',
    title: audit.columns.actor,
    width: 'minmax(140px, 1.2fr)',
    cell: (row) => <Line text={actorOf(row)} />,
  },
  {
    key: 'object',
    title: audit.columns.object,
    width: 'minmax(160px, 1.6fr)',
    above: 760,
    cell: (row) => <Line mono text={row.object} />,
  },
  {
    key: 'source',
    title: audit.columns.source,
    width: '172px',
    above: 900,
    cell: (row) => <Line text={[row.via, row.source].filter(Boolean).join(' · ')} />,
  },
];

/** An audit log: filters, the rows, and one of them with what it changed. */
export function AuditLog({ search, onChange, object, actions }: AuditLogProps) {
  const { row, frame, from, to, ...rest } = search;
  const [now] = useState(Date.now);
  const filters = { ...rest, ...boundsOf({ frame, from, to }, now), ...(object && { object }) };
  const log = $api.useInfiniteQuery(
    'get',
    '/api/v1/audit',
    { params: { query: { ...filters, limit: 100 } } },
    byCursor,
  );
  const filtered = [rest.actor, rest.event, rest.object, frame, from, to].some(
    (value) => value !== undefined,
  );
  return (
    <Stack>
      <Group justify="space-between">
        <AuditFilters
          search={search}
          fixedObject={object !== undefined}
          onChange={(changes) => onChange(changes, true)}
        />
        <Group gap="xs">
          <Download filters={filters} />
          {actions}
        </Group>
      </Group>
      <Loaded query={log}>
        {(data) => {
          const rows = itemsOf(data);
          if (rows.length === 0) {
            return (
              <Empty icon={<IconShieldCheck />} title={filtered ? audit.emptyFiltered : audit.empty}>
                {filtered ? audit.emptyFilteredText : audit.emptyText}
              </Empty>
            );
          }
          return (
            <Table
              label={audit.label}
              columns={columns}
              rows={rows}
              rowKey={({ id }) => id}
              rowHeight={40}
              openKey={row}
              onOpen={({ id }) => onChange({ row: id }, false)}
              more={log.hasNextPage}
              onEnd={log.fetchNextPage}
              narrow={(shown) => (
                <Stack gap={2}>
                  <Text size="sm" className="mono">
                    {shown.event}
                  </Text>
                  <Text size="xs" c="dimmed" className="ellipsis">
                    <LogTime at={shown.at} /> · {actorOf(shown)}
                  </Text>
                </Stack>
              )}
            />
          );
        }}
      </Loaded>
      <AuditDrawer row={row} onClose={() => onChange({ row: undefined }, false)} />
    </Stack>
  );
}

/** What people called who did it. */
export function actorOf({ actor_name, actor_kind, actor_id }: Row): string {
  return actor_name || actor_id || actor_kind;
}

function Line({ text, mono = false }: { text: string; mono?: boolean }) {
  return (
    <Text size="sm" className={mono ? 'ellipsis mono' : 'ellipsis'} title={text}>
      {text}
    </Text>
  );
}

/** Every row that fits, oldest first, as a file. */
function Download({ filters }: { filters: Record<string, string | undefined> }) {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    if (value !== undefined) params.set(name, value);
  }
  const href = (format: string) => `/api/v1/audit/export?${params}&format=${format}`;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} />}>
          {audit.download}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={href('jsonl')} download="audit.jsonl">
          {audit.downloadJsonl}
        </Menu.Item>
        <Menu.Item component="a" href={href('csv')} download="audit.csv">
          {audit.downloadCsv}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
