import { Button, Group, Stack } from '@mantine/core';
import { IconGauge, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { $api, ifMatch } from '#api/client';
import { useNames } from '#api/names';
import { byCursor, itemsOf } from '#api/pages';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { limits } from '#texts/limits';
import { Confirm } from '../confirm';
import { Empty, Loaded } from '../states';
import { toast } from '../toasts';
import { LimitDialog } from './limitDialog';
import { type Limit, LimitRows, limitName } from './limitRows';
import { countsServer } from './limitText';

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
              <LimitRows
                rows={rows}
                onEdit={setOpened}
                onRemove={setRemoving}
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
      <Remove
        limit={removing}
        name={removing && limitName(removing, nameOf)}
        onClose={() => setRemoving(undefined)}
      />
    </Stack>
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
