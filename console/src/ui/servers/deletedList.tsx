import { Button, Group, Stack, Text } from '@mantine/core';
import { $api, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { servers as texts } from '#texts/servers';
import { When } from '../figures';
import { type Column, Table } from '../table';
import { toast } from '../toasts';
import type { ListProps } from './list';

type Server = Schema<'Server'>;

/** The servers that were deleted and can come back. */
export function DeletedList({
  rows,
  more,
  onEnd,
  onAct,
}: Pick<ListProps, 'rows' | 'more' | 'onEnd' | 'onAct'>) {
  const restore = $api.useMutation('post', '/api/v1/servers/{server}/restore', {
    onSuccess: (server) => toast(texts.restored(server.name)),
  });
  const may = useMay();
  const reason = may('servers:write') ? undefined : common.needs('servers:write');
  const buttons = (row: Server) => (
    <Group gap="xs" wrap="nowrap" justify="flex-end">
      <Button
        size="xs"
        variant="light"
        disabled={reason !== undefined}
        title={reason}
        loading={restore.isPending && restore.variables.params.path.server === row.id}
        onClick={() => restore.mutate({ params: { path: { server: row.id } } })}
      >
        {texts.restore}
      </Button>
      <Button
        size="xs"
        variant="subtle"
        color="red"
        disabled={reason !== undefined}
        title={reason}
        onClick={() => onAct('purge', row)}
      >
        {texts.purge}
      </Button>
    </Group>
  );
  const name = (row: Server) => (
    <Stack gap={0} miw={0}>
      <Text fw={600} className="ellipsis" title={row.name}>
        {row.name}
      </Text>
      <Text size="xs" c="dimmed" className="mono ellipsis">
        {row.slug}
      </Text>
    </Stack>
  );
  const columns: Column<Server>[] = [
    { key: 'name', title: texts.columns.name, width: 'minmax(180px, 2fr)', cell: name },
    {
      key: 'tools',
      title: texts.columns.tools,
      width: '90px',
      align: 'right',
      above: 640,
      cell: (row) => row.tool_count,
    },
    {
      key: 'deleted',
      title: texts.columns.deleted,
      width: '140px',
      cell: (row) => <When at={row.deleted_at} size="sm" />,
    },
    {
      key: 'actions',
      title: <span className="spoken">{texts.columns.actions}</span>,
      width: '200px',
      align: 'right',
      cell: buttons,
    },
  ];
  return (
    <Table
      label={texts.states.deleted}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      rowHeight={60}
      more={more}
      onEnd={onEnd}
      narrow={(row) => (
        <Stack gap={4}>
          {name(row)}
          <Group justify="space-between">
            <When at={row.deleted_at} size="sm" />
            {buttons(row)}
          </Group>
        </Stack>
      )}
    />
  );
}
