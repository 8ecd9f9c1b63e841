import { Box, Checkbox, Group, Stack, Text, Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Schema } from '#api/client';
import { useSession } from '#api/session';
import { common } from '#texts/common';
import { servers as texts } from '#texts/servers';
import { Copy } from '../copy';
import { count, When } from '../figures';
import { StateBadge } from '../stateBadge';
import { type Column, Table } from '../table';
import { LastDay, useLastDay } from './lastDay';
import classes from './list.module.css';
import type { Act } from './listSearch';
import { RowMenu } from './rowMenu';
import { ServerSwitch } from './serverSwitch';
import { serverUrl } from './slug';

type Server = Schema<'Server'>;

export interface ListProps {
  rows: Server[];
  more: boolean;
  onEnd: () => void;
  /** Ids. */
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
  onAct: (act: Act, server: Server) => void;
}

/** The servers that are there. */
export function ServerList({ rows, more, onEnd, selected, onSelect, onAct }: ListProps) {
  const { account } = useSession();
  const hours = useLastDay();
  const columns = useMemo<Column<Server>[]>(() => {
    const toggled = (id: string) => {
      const next = new Set(selected);
      if (!next.delete(id)) next.add(id);
      return next;
    };
    const all = rows.length > 0 && rows.every((row) => selected.has(row.id));
    return [
      {
        key: 'select',
        width: '44px',
        title: (
          <Checkbox
            size="xs"
            aria-label={texts.selectAll}
            checked={all}
            indeterminate={!all && selected.size > 0}
            onChange={() => onSelect(all ? new Set() : new Set(rows.map((row) => row.id)))}
          />
        ),
        cell: (row) => (
          <Checkbox
            size="xs"
            aria-label={texts.select(row.name)}
            checked={selected.has(row.id)}
            onChange={() => onSelect(toggled(row.id))}
          />
        ),
      },
      {
        key: 'name',
        title: texts.columns.name,
        width: 'minmax(170px, 1.4fr)',
        cell: (row) => <Name row={row} />,
      },
      {
        key: 'url',
        title: texts.columns.url,
        width: 'minmax(190px, 1.7fr)',
        above: 820,
        cell: (row) => <Url row={row} alias={account.alias} />,
      },
      {
        key: 'tools',
        title: texts.columns.tools,
        width: '64px',
        align: 'right',
        cell: (row) => <Tools row={row} />,
      },
      {
        key: 'size',
        title: texts.columns.size,
        width: '104px',
        align: 'right',
        above: 760,
        cell: (row) => <Size row={row} />,
      },
      {
        key: 'usage',
        title: texts.columns.usage,
        width: '156px',
        align: 'right',
        above: 640,
        cell: (row) => hours && <LastDay hours={hours.get(row.id)} />,
      },
      {
        key: 'updated',
        title: texts.columns.updated,
        width: '96px',
        above: 980,
        cell: (row) => (
          <Text span size="xs" className="ellipsis">
            <When at={row.updated_at} />
          </Text>
        ),
      },
      {
        key: 'state',
        title: texts.columns.state,
        width: '84px',
        cell: (row) => <ServerSwitch server={row} />,
      },
      {
        key: 'actions',
        title: <span className="spoken">{texts.columns.actions}</span>,
        width: '48px',
        cell: (row) => <RowMenu server={row} onAct={(act) => onAct(act, row)} />,
      },
    ];
  }, [rows, selected, onSelect, onAct, account.alias, hours]);
  return (
    <Table
      label={texts.title}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      rowHeight={60}
      maxHeight="max(320px, calc(100dvh - 300px))"
      more={more}
      onEnd={onEnd}
      narrow={(row) => (
        <Stack gap={4}>
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <Name row={row} />
            <Group gap="xs" wrap="nowrap">
              <ServerSwitch server={row} />
              <RowMenu server={row} onAct={(act) => onAct(act, row)} />
            </Group>
          </Group>
          <Group gap="md">
            <Text span size="xs">
              {texts.tools(row.enabled_tool_count)}
            </Text>
            <Size row={row} />
            {hours && <LastDay hours={hours.get(row.id)} />}
          </Group>
        </Stack>
      )}
    />
  );
}

function Name({ row }: { row: Server }) {
  return (
    <Stack gap={0} miw={0}>
      <Group gap={6} wrap="nowrap" miw={0}>
        <Link
          to="/servers/$server/tools"
          params={{ server: row.id }}
          className={`${classes.name} ellipsis`}
          title={row.name}
        >
          {row.name}
        </Link>
        {row.read_only && (
          <Box flex="none">
            <StateBadge color="cyan">{texts.readOnly}</StateBadge>
          </Box>
        )}
      </Group>
      <Text size="xs" c="dimmed" className="ellipsis" title={row.description || undefined}>
        {row.description || row.slug}
      </Text>
    </Stack>
  );
}

function Url({ row, alias }: { row: Server; alias: string }) {
  const url = serverUrl(alias, row.slug);
  return (
    <Group gap={2} wrap="nowrap" miw={0}>
      <Text span size="xs" className="mono ellipsis" title={url}>
        /mcp/{alias}/{row.slug}
      </Text>
      <Copy text={url} label={texts.copyUrl(row.name)} />
    </Group>
  );
}

function Tools({ row }: { row: Server }) {
  return (
    <Tooltip label={texts.toolsOf(row.enabled_tool_count, row.tool_count)}>
      <span>
        {count(row.enabled_tool_count)}
        {row.enabled_tool_count !== row.tool_count && (
          <Text span inherit c="dimmed">
            /{count(row.tool_count)}
          </Text>
        )}
      </span>
    </Tooltip>
  );
}

function Size({ row }: { row: Server }) {
  const tokens = row.published?.list_tokens;
  if (tokens === undefined)
    return (
      <Text span size="xs" c="dimmed">
        {row.published ? '' : texts.unpublished}
      </Text>
    );
  const warned = row.token_warning != null && tokens > row.token_warning;
  return (
    <Tooltip label={texts.listTokens} multiline maw={280}>
      <Text span size="xs" c={warned ? 'var(--mantine-color-error)' : undefined}>
        {common.tokens(tokens)}
      </Text>
    </Tooltip>
  );
}
