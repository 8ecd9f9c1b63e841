import { ActionIcon, Button, Group, Stack, Switch, Text } from '@mantine/core';
import { IconGauge, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { useNames } from '#api/names';
import { byCursor, itemsOf } from '#api/pages';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { limits } from '#texts/limits';
import { Confirm } from '../confirm';
import { count } from '../figures';
import { StateBadge } from '../stateBadge';
import { Empty, Loaded } from '../states';
import { type Column, Table } from '../table';
import { toast } from '../toasts';
import { LimitDialog } from './limitDialog';
import { countsServer, targetText } from './limitText';

type Limit = Schema<'Limit'>;

/** The limits of the account, or those that count the calls of one server. */
export function LimitList({ server }: { server?: string }) {
  const may = useMay();
  const nameOf = useNames();
  const [opened, setOpened] = useState<Limit | 'new'>();
  const [removing, setRemoving] = useState<Limit>();
  const query = $api.useInfiniteQuery(
    'get',
    '/api/v1/limits',
    { params: { query: { limit: 200 } } },
    byCursor,
  );
  const allowed = may('limits:write');
  const reason = allowed ? undefined : common.needs('limits:write');
  const create = (
    <Button
      leftSection={<IconPlus size={16} />}
      disabled={!allowed}
      title={reason}
      onClick={() => setOpened('new')}
    >
      {limits.create}
    </Button>
  );
  const text = (limit: Limit) => limit.name || targetText(limit.target, nameOf);
  const columns: Column<Limit>[] = [
    {
      key: 'target',
      title: limits.columns.target,
      width: 'minmax(180px, 2fr)',
      cell: (limit) => (
        <Stack gap={0} miw={0}>
          <Text size="sm" fw={600} className="ellipsis">
            {targetText(limit.target, nameOf)}
          </Text>
          {limit.name && (
            <Text size="xs" c="dimmed" className="ellipsis">
              {limit.name}
            </Text>
          )}
        </Stack>
      ),
    },
    {
      key: 'calls',
      title: limits.columns.calls,
      width: 'minmax(140px, 1fr)',
      cell: (limit) => <Text size="sm">{limits.rate(count(limit.calls), limits.units[limit.per])}</Text>,
    },
    {
      key: 'mode',
      title: limits.columns.mode,
      width: '90px',
      above: 520,
      cell: (limit) => <Mode limit={limit} />,
    },
    {
      key: 'on',
      title: limits.columns.on,
      width: '70px',
      cell: (limit) => <Toggle limit={limit} label={limits.toggle(text(limit))} reason={reason} />,
    },
    {
      key: 'acts',
      title: <span className="spoken">{common.actions}</span>,
      width: '96px',
      align: 'right',
      cell: (limit) => (
        <Group gap={4} wrap="nowrap" justify="flex-end">
          <ActionIcon
            variant="subtle"
            disabled={!allowed}
            aria-label={limits.edit(text(limit))}
            title={reason ?? limits.edit(text(limit))}
            onClick={() => setOpened(limit)}
          >
            <IconPencil size={16} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="red"
            disabled={!allowed}
            aria-label={limits.remove(text(limit))}
            title={reason ?? limits.remove(text(limit))}
            onClick={() => setRemoving(limit)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      ),
    },
  ];
  return (
    <Stack>
      <Loaded query={query}>
        {(data) => {
          const rows = itemsOf(data).filter(({ target }) => !server || countsServer(target, server));
          if (rows.length === 0) {
            return (
              <Empty icon={<IconGauge />} title={limits.empty} action={create}>
                {limits.emptyText}
              </Empty>
            );
          }
          return (
            <>
              <Group justify="flex-end">{create}</Group>
              <Table
                label={limits.label}
                columns={columns}
                rows={rows}
                rowKey={({ id }) => id}
                rowHeight={52}
                more={query.hasNextPage}
                onEnd={query.fetchNextPage}
              />
            </>
          );
        }}
      </Loaded>
      <LimitDialog
        limit={opened}
        target={server ? { kind: 'server', server } : { kind: 'account' }}
        onClose={() => setOpened(undefined)}
      />
      <Remove limit={removing} name={removing && text(removing)} onClose={() => setRemoving(undefined)} />
    </Stack>
  );
}

function Mode({ limit: { mode = 'hard' } }: { limit: Limit }) {
  return <StateBadge color={mode === 'hard' ? 'red' : 'yellow'}>{limits.modeShort[mode]}</StateBadge>;
}

/** Shows what was asked for at once, and goes back where it is refused. */
function Toggle({ limit, label, reason }: { limit: Limit; label: string; reason: string | undefined }) {
  const changed = $api.useMutation('patch', '/api/v1/limits/{limit}');
  const asked = changed.isPending ? changed.variables.body.enabled : undefined;
  return (
    <Switch
      aria-label={label}
      title={reason}
      disabled={reason !== undefined}
      checked={asked ?? limit.enabled ?? true}
      onChange={(event) =>
        changed.mutate({
          params: { path: { limit: limit.id }, header: ifMatch(limit.revision) },
          body: { enabled: event.currentTarget.checked },
        })
      }
    />
  );
}

interface RemoveProps {
  limit: Limit | undefined;
  name: string | undefined;
  onClose: () => void;
}

function Remove({ limit, name = '', onClose }: RemoveProps) {
  const removed = $api.useMutation('delete', '/api/v1/limits/{limit}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(limits.removed);
      onClose();
    },
  });
  return (
    <Confirm
      opened={limit !== undefined}
      onClose={onClose}
      title={limits.removeTitle}
      act={common.delete}
      pending={removed.isPending}
      error={removed.error}
      onConfirm={() =>
        limit && removed.mutate({ params: { path: { limit: limit.id }, header: ifMatch(limit.revision) } })
      }
    >
      {limits.removeText(name)}
    </Confirm>
  );
}
