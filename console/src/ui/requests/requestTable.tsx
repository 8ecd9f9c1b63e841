import { Badge, Group, Stack, Text } from '@mantine/core';
import { requests } from '#texts/requests';
import { bytes, duration } from '../figures';
import { LogTime } from '../logTime';
import { type Column, Table } from '../table';
import { Outcome } from './outcome';
import type { Row } from './useLog';

const texts = requests.columns;

interface RequestTableProps {
  rows: Row[];
  /** Without the server, where it is always the same. */
  oneServer: boolean;
  openId: string | undefined;
  onOpen: (row: Row) => void;
  onEnd: () => void;
  more: boolean;
}

export function RequestTable({ rows, oneServer, openId, onOpen, onEnd, more }: RequestTableProps) {
  const server: Column<Row>[] = [
    {
      key: 'server',
      title: texts.server,
      width: 'minmax(110px, 1.2fr)',
      above: 760,
      cell: (row) => <Line text={row.server} />,
    },
  ];
  const columns: Column<Row>[] = [
    { key: 'at', title: texts.at, width: '146px', cell: (row) => <LogTime at={row.at} /> },
    {
      key: 'outcome',
      title: texts.outcome,
      width: '124px',
      cell: (row) => <Outcome outcome={row.outcome} />,
    },
    ...(oneServer ? [] : server),
    { key: 'what', title: texts.what, width: 'minmax(150px, 1.3fr)', cell: (row) => <What row={row} /> },
    {
      key: 'caller',
      title: texts.caller,
      width: 'minmax(110px, 1.2fr)',
      above: 860,
      cell: (row) => <Line text={row.principal_name ?? row.principal} />,
    },
    {
      key: 'client',
      title: texts.client,
      width: 'minmax(100px, 1fr)',
      above: 980,
      cell: (row) => <Line text={row.client_name ?? ''} />,
    },
    {
      key: 'status',
      title: texts.status,
      width: '60px',
      align: 'right',
      above: 900,
      cell: (row) => <Line text={row.upstream_status?.toString() ?? ''} />,
    },
    {
      key: 'size',
      title: texts.size,
      width: '86px',
      align: 'right',
      above: 1060,
      cell: (row) => <Line text={bytes(row.bytes_out)} />,
    },
    {
      key: 'duration',
      title: texts.duration,
      width: '96px',
      align: 'right',
      cell: (row) => <Line text={duration(row.duration_us)} />,
    },
  ];
  return (
    <Table
      label={requests.label}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      rowHeight={38}
      openKey={openId}
      onOpen={onOpen}
      onEnd={onEnd}
      more={more}
      narrow={(row) => (
        <Stack gap={2}>
          <Group justify="space-between" wrap="nowrap" gap="xs">
            <What row={row} />
            <Outcome outcome={row.outcome} />
          </Group>
          <Text size="xs" c="dimmed" className="ellipsis">
            <LogTime at={row.at} /> · {duration(row.duration_us)} · {row.principal_name ?? row.principal}
          </Text>
        </Stack>
      )}
    />
  );
}

function Line({ text }: { text: string }) {
  return (
    <Text size="sm" className="ellipsis" title={text}>
      {text}
    </Text>
  );
}

function What({ row }: { row: Row }) {
  return (
    <Group gap={6} wrap="nowrap" miw={0}>
      <Text size="sm" className="ellipsis mono" title={row.error ?? row.tool ?? row.method}>
        {row.tool ?? row.method}
      </Text>
      {row.test && (
        <Badge variant="outline" size="xs" color="gray" autoContrast>
          {requests.test}
        </Badge>
      )}
    </Group>
  );
}
