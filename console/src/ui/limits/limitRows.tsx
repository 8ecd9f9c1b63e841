import { ActionIcon, Group, Stack, Switch, Text } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { $api, ifMatch, type Schema } from '#api/client';
import { useNames } from '#api/names';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { limits } from '#texts/limits';
import { count } from '../figures';
import { StateBadge } from '../stateBadge';
import { type Column, Table } from '../table';
import { targetText } from './limitText';

export type Limit = Schema<'Limit'>;

interface LimitRowsProps {
  rows: Limit[];
  onEdit: (limit: Limit) => void;
  onRemove: (limit: Limit) => void;
  more: boolean;
  onEnd: () => void;
}

export function LimitRows({ rows, onEdit, onRemove, more, onEnd }: LimitRowsProps) {
  const nameOf = useNames();
  const columns: Column<Limit>[] = [
    {
      key: 'target',
      title: limits.columns.target,
      width: 'minmax(180px, 2fr)',
      cell: (limit) => <What limit={limit} nameOf={nameOf} />,
    },
    {
      key: 'calls',
      title: limits.columns.calls,
      width: 'minmax(140px, 1fr)',
      cell: (limit) => <Rate limit={limit} />,
    },
    { key: 'mode', title: limits.columns.mode, width: '90px', cell: (limit) => <Mode limit={limit} /> },
    {
      key: 'on',
      title: limits.columns.on,
      width: '70px',
      cell: (limit) => <Toggle limit={limit} label={limits.toggle(limitName(limit, nameOf))} />,
    },
    {
      key: 'acts',
      title: <span className="spoken">{common.actions}</span>,
      width: '96px',
      align: 'right',
      cell: (limit) => (
        <Acts name={limitName(limit, nameOf)} onEdit={() => onEdit(limit)} onRemove={() => onRemove(limit)} />
      ),
    },
  ];
  return (
    <Table
      label={limits.label}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      rowHeight={52}
      more={more}
      onEnd={onEnd}
      narrow={(limit) => (
        <Stack gap={4}>
          <Group justify="space-between" wrap="nowrap">
            <What limit={limit} nameOf={nameOf} />
            <Toggle limit={limit} label={limits.toggle(limitName(limit, nameOf))} />
          </Group>
          <Group justify="space-between" wrap="nowrap">
            <Group gap="xs">
              <Rate limit={limit} />
              <Mode limit={limit} />
            </Group>
            <Acts
              name={limitName(limit, nameOf)}
              onEdit={() => onEdit(limit)}
              onRemove={() => onRemove(limit)}
            />
          </Group>
        </Stack>
      )}
    />
  );
}

/** What a limit is called: by people, or by what it counts. */
export function limitName({ name, target }: Limit, nameOf: (id: string) => string): string {
  return name || targetText(target, nameOf);
}

function What({ limit: { target, name }, nameOf }: { limit: Limit; nameOf: (id: string) => string }) {
  return (
    <Stack gap={0} miw={0}>
      <Text size="sm" fw={600} className="ellipsis">
        {targetText(target, nameOf)}
      </Text>
      {name && (
        <Text size="xs" c="dimmed" className="ellipsis">
          {name}
        </Text>
      )}
    </Stack>
  );
}

function Rate({ limit: { calls, per } }: { limit: Limit }) {
  return <Text size="sm">{limits.rate(count(calls), limits.units[per])}</Text>;
}

function Mode({ limit: { mode = 'hard' } }: { limit: Limit }) {
  return <StateBadge color={mode === 'hard' ? 'red' : 'yellow'}>{limits.modeShort[mode]}</StateBadge>;
}

/** Shows what was asked for at once, and goes back where it is refused. */
function Toggle({ limit, label }: { limit: Limit; label: string }) {
  const allowed = useMay()('limits:write');
  const changed = $api.useMutation('patch', '/api/v1/limits/{limit}');
  const asked = changed.isPending ? changed.variables.body.enabled : undefined;
  return (
    <Switch
      aria-label={label}
      title={allowed ? undefined : common.needs('limits:write')}
      disabled={!allowed}
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

interface ActsProps {
  name: string;
  onEdit: () => void;
  onRemove: () => void;
}

function Acts({ name, onEdit, onRemove }: ActsProps) {
  const allowed = useMay()('limits:write');
  const reason = allowed ? undefined : common.needs('limits:write');
  return (
    <Group gap={4} wrap="nowrap" justify="flex-end">
      <ActionIcon
        variant="subtle"
        disabled={!allowed}
        aria-label={limits.edit(name)}
        title={reason ?? limits.edit(name)}
        onClick={onEdit}
      >
        <IconPencil size={16} />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        color="red"
        disabled={!allowed}
        aria-label={limits.remove(name)}
        title={reason ?? limits.remove(name)}
        onClick={onRemove}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
  );
}
