import { Button, Group, Stack, Text } from '@mantine/core';
import type { Schema } from '#api/client';
import { useNames } from '#api/names';
import { common } from '#texts/common';
import { versions as texts } from '#texts/server';
import { When } from '../figures';
import { StateBadge } from '../stateBadge';
import { type Column, Table } from '../table';

type Version = Schema<'VersionFacts'>;

interface VersionTableProps {
  rows: Version[];
  more: boolean;
  onEnd: () => void;
  /** The one that is served. */
  current: number;
  open: number | undefined;
  onOpen: (version: number) => void;
}

/** What was published, the newest first. */
export function VersionTable({ rows, more, onEnd, current, open, onOpen }: VersionTableProps) {
  const columns: Column<Version>[] = [
    {
      key: 'version',
      title: texts.columns.version,
      width: '170px',
      cell: (row) => <VersionNumber row={row} current={current} />,
    },
    {
      key: 'published',
      title: texts.columns.published,
      width: '120px',
      cell: (row) => <When at={row.published_at} size="sm" />,
    },
    {
      key: 'by',
      title: texts.columns.by,
      width: 'minmax(120px, 1fr)',
      above: 760,
      cell: (row) => <Publisher principal={row.published_by} />,
    },
    {
      key: 'note',
      title: texts.columns.note,
      width: 'minmax(140px, 2fr)',
      cell: (row) => <Note row={row} />,
    },
    {
      key: 'tools',
      title: texts.columns.tools,
      width: '76px',
      align: 'right',
      above: 640,
      cell: (row) => row.tool_count,
    },
    {
      key: 'size',
      title: texts.columns.size,
      width: '124px',
      align: 'right',
      above: 860,
      cell: (row) => row.list_tokens !== undefined && common.tokens(row.list_tokens),
    },
    {
      key: 'actions',
      title: <span className="spoken">{texts.columns.actions}</span>,
      width: '84px',
      align: 'right',
      cell: (row) => (
        <Button
          size="compact-xs"
          variant="subtle"
          aria-label={texts.open(row.version)}
          onClick={(event) => {
            event.stopPropagation();
            onOpen(row.version);
          }}
        >
          {texts.show}
        </Button>
      ),
    },
  ];
  return (
    <Table
      label={texts.list}
      columns={columns}
      rows={rows}
      rowKey={(row) => String(row.version)}
      openKey={open === undefined ? undefined : String(open)}
      onOpen={(row) => onOpen(row.version)}
      more={more}
      onEnd={onEnd}
      narrow={(row) => (
        <Stack gap={2}>
          <Group justify="space-between">
            <VersionNumber row={row} current={current} />
            <When at={row.published_at} size="sm" />
          </Group>
          <Note row={row} />
        </Stack>
      )}
    />
  );
}

function VersionNumber({ row, current }: { row: Version; current: number }) {
  return (
    <Group gap={6} wrap="nowrap">
      <Text span fw={600}>
        {row.version}
      </Text>
      {row.version === current && <StateBadge color="teal">{texts.current}</StateBadge>}
    </Group>
  );
}

function Note({ row }: { row: Version }) {
  const repeats = row.rolled_back_to === undefined ? undefined : texts.repeats(row.rolled_back_to);
  const text = [repeats, row.note].filter(Boolean).join(' · ');
  return (
    <Text size="sm" c={text ? undefined : 'dimmed'} className="ellipsis" title={text || undefined}>
      {text || texts.noNote}
    </Text>
  );
}

/** Who published, by name where it is known. */
export function Publisher({ principal }: { principal: string }) {
  const nameOf = useNames();
  const known = principal === 'operator' ? texts.operator : nameOf(principal);
  const name = known === principal ? undefined : known;
  return (
    <Text span size="sm" className={name ? 'ellipsis' : 'mono ellipsis'} title={principal}>
      {name ?? principal}
    </Text>
  );
}
