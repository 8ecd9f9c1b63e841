import { Alert, Chip, Code, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Schema } from '#api/client';
import { report as texts } from '#texts/apps';
import { SearchField } from '../searchField';
import { StateBadge } from '../stateBadge';
import { type Column, Table } from '../table';
import { type ImportStatus, STATUSES } from './importBar';
import { Method } from './method';

type Operation = Schema<'ImportedOperation'>;

/** Which operations of a report are shown. */
export interface ReportFilter {
  status?: ImportStatus;
  search?: string;
}

interface ReportProps {
  report: Schema<'ImportReport'>;
  /** Where the filter is kept, when not here. */
  filter?: ReportFilter;
  onFilter?: (filter: ReportFilter) => void;
}

/** What became of every operation of a description: why, where, and what to do. */
export function Report({ report, ...kept }: ReportProps) {
  const [own, setOwn] = useState<ReportFilter>({});
  const filter = kept.filter ?? own;
  const setFilter = kept.onFilter ?? setOwn;
  const words = (filter.search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const found = report.operations.filter((operation) => {
    if (filter.status && operation.status !== filter.status) return false;
    const { method, path, operation_id = '', action = '' } = operation;
    const text = [method, path, operation_id, action].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (
    <Stack gap="sm">
      {report.notes.length > 0 && (
        <Alert color="yellow" variant="light" title={texts.notes}>
          <Notes notes={report.notes} />
        </Alert>
      )}
      <Group>
        <Chip.Group
          value={filter.status ?? 'all'}
          onChange={(value) => {
            const status = STATUSES.find((known) => known.status === value)?.status;
            setFilter({ ...filter, status });
          }}
        >
          <Group gap={6} role="radiogroup" aria-label={texts.status}>
            <Chip value="all" size="sm">
              {texts.all(report.operations.length)}
            </Chip>
            {STATUSES.map(({ status }) => (
              <Chip key={status} value={status} size="sm" disabled={report.summary[status] === 0}>
                {texts.counted(texts[status], report.summary[status])}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        <SearchField
          flex="1 1 200px"
          maw={380}
          label={texts.search}
          value={filter.search}
          onChange={(search) => setFilter({ ...filter, search })}
        />
      </Group>
      {found.length === 0 ? (
        <Text c="dimmed">{texts.none}</Text>
      ) : (
        <Table
          label={texts.title}
          columns={COLUMNS}
          rows={found}
          rowKey={({ method, path }) => `${method} ${path}`}
          rowHeight={56}
          narrow={(operation) => (
            <Stack gap={4}>
              <Group gap="xs">
                <Status status={operation.status} />
                <Method method={operation.method} />
              </Group>
              <Path operation={operation} />
              <Why operation={operation} />
            </Stack>
          )}
        />
      )}
    </Stack>
  );
}

const COLUMNS: Column<Operation>[] = [
  {
    key: 'status',
    title: texts.status,
    width: '130px',
    cell: ({ status }) => <Status status={status} />,
  },
  {
    key: 'operation',
    title: texts.operation,
    width: 'minmax(0, 2fr)',
    cell: (operation) => (
      <Group gap={6} wrap="nowrap" align="flex-start">
        <Method method={operation.method} />
        <Path operation={operation} />
      </Group>
    ),
  },
  {
    key: 'why',
    title: texts.why,
    width: 'minmax(0, 3fr)',
    cell: (operation) => <Why operation={operation} />,
  },
];

const COLORS = Object.fromEntries(STATUSES.map(({ status, color }) => [status, color]));

function Status({ status }: { status: ImportStatus }) {
  return (
    <span title={texts.hints[status]}>
      <StateBadge color={COLORS[status] ?? 'gray'}>{texts[status]}</StateBadge>
    </span>
  );
}

function Path({ operation }: { operation: Operation }) {
  const name = operation.action ?? operation.operation_id;
  return (
    <div style={{ minWidth: 0 }}>
      <Text size="xs" className="mono ellipsis" title={operation.path}>
        {operation.path}
      </Text>
      {name && (
        <Text size="xs" c="dimmed" className="mono ellipsis" title={name}>
          {name}
        </Text>
      )}
    </div>
  );
}

function Why({ operation }: { operation: Operation }) {
  if (operation.notes.length === 0) {
    return (
      <Text size="xs" c="dimmed">
        {texts.whole}
      </Text>
    );
  }
  return <Notes notes={operation.notes} />;
}

function Notes({ notes }: { notes: Schema<'ImportNote'>[] }) {
  return (
    <Stack gap={6}>
      {notes.map(({ reason, fix, line, column, pointer, file }) => (
        <Text key={`${pointer} ${reason}`} size="xs" component="div">
          {sentence(reason)}{' '}
          <Text span inherit c="dimmed">
            {texts.fix(fix)}
          </Text>{' '}
          <Code title={pointer}>{texts.place(line, column, file)}</Code>
        </Text>
      ))}
    </Stack>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
