import { Group, Stack, Text } from '@mantine/core';
import { IconListDetails } from '@tabler/icons-react';
import { activity } from '#texts/activity';
import { count, duration } from '../figures';
import { ButtonLink, TextLink } from '../links';
import { type Column, Table } from '../table';
import type { ActivitySearch, Group as By } from './activitySearch';
import { contextTokens, meanTime, percent, type Usage } from './sums';

interface GroupTableProps {
  by: By;
  rows: Usage[];
  search: ActivitySearch;
  /** RFC 3339: where the days begin. */
  from: string;
  /** What an id is called. */
  nameOf: (id: string) => string;
}

/** What was called by the server, tool, token or user, the most first. */
export function GroupTable({ by, rows, search, from, nameOf }: GroupTableProps) {
  const sorted = rows.toSorted((a, b) => b.calls - a.calls);
  const cells: { key: string; title: string; above?: number; text: (row: Usage) => string }[] = [
    { key: 'calls', title: activity.calls, text: (row) => count(row.calls) },
    {
      key: 'failures',
      title: activity.failures,
      text: (row) => `${count(row.failures)} (${percent(row.failures, row.calls)})`,
    },
    { key: 'refused', title: activity.refused, above: 820, text: (row) => count(row.refused) },
    {
      key: 'latency',
      title: activity.latency,
      above: 720,
      text: (row) => duration(Math.round(meanTime(row) * 1000)),
    },
    { key: 'context', title: activity.context, above: 900, text: (row) => count(contextTokens(row)) },
  ];
  const columns: Column<Usage>[] = [
    {
      key: 'name',
      title: activity.name,
      width: 'minmax(160px, 2fr)',
      cell: (row) => <Name by={by} row={row} search={search} nameOf={nameOf} />,
    },
    ...cells.map(
      ({ key, title, above, text }): Column<Usage> => ({
        key,
        title,
        above,
        width: key === 'context' ? 'minmax(156px, 1fr)' : 'minmax(90px, 1fr)',
        align: 'right',
        cell: (row) => <Text size="sm">{text(row)}</Text>,
      }),
    ),
    {
      key: 'logs',
      title: <span className="spoken">{activity.logs('')}</span>,
      width: '64px',
      align: 'right',
      cell: (row) => <Logs by={by} row={row} search={search} from={from} nameOf={nameOf} />,
    },
  ];
  return (
    <Table
      label={activity.table(activity.narrowed[by].toLowerCase())}
      columns={columns}
      rows={sorted}
      rowKey={(row) => [row.server, row.tool, row.token, row.user].join(' ')}
      rowHeight={44}
      narrow={(row) => (
        <Group justify="space-between" wrap="nowrap">
          <Stack gap={2} miw={0}>
            <Name by={by} row={row} search={search} nameOf={nameOf} />
            <Text size="xs" c="dimmed">
              {count(row.calls)} {activity.calls.toLowerCase()} · {percent(row.failures, row.calls)}{' '}
              {activity.failures.toLowerCase()}
            </Text>
          </Stack>
          <Logs by={by} row={row} search={search} from={from} nameOf={nameOf} />
        </Group>
      )}
    />
  );
}

type NameProps = Omit<GroupTableProps, 'rows' | 'from'> & { row: Usage };

/** A link that narrows the page to it, where it is something. */
function Name({ by, row, search, nameOf }: NameProps) {
  const text = labelOf(by, row, nameOf);
  const narrowed = { ...search, [by]: row[by], ...(by === 'tool' && { server: row.server }) };
  if (!row[by]) return <Text size="sm">{text}</Text>;
  return (
    <Stack gap={0} miw={0}>
      <TextLink size="sm" to="/activity" search={narrowed} className="ellipsis" title={text}>
        {text}
      </TextLink>
      {by === 'tool' && row.server && (
        <Text size="xs" c="dimmed" className="ellipsis">
          {nameOf(row.server)}
        </Text>
      )}
    </Stack>
  );
}

function Logs({ by, row, search, from, nameOf }: NameProps & { from: string }) {
  const principal = row.token ?? row.user ?? search.token ?? search.user;
  const filters = {
    from,
    server: row.server ?? search.server,
    tool: row.tool ?? search.tool,
    principal,
  };
  return (
    <ButtonLink
      to="/requests"
      search={filters}
      variant="subtle"
      size="compact-sm"
      aria-label={activity.logs(labelOf(by, row, nameOf))}
      title={activity.logs(labelOf(by, row, nameOf))}
    >
      <IconListDetails size={16} aria-hidden />
    </ButtonLink>
  );
}

function labelOf(by: By, row: Usage, nameOf: (id: string) => string): string {
  if (by === 'tool') return row.tool ?? activity.noTool;
  const id = row[by];
  if (id) return nameOf(id);
  return by === 'token' ? activity.signedIn : activity.nobody;
}
