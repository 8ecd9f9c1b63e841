import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { useMay, useSession } from '#api/session';
import { common } from '#texts/common';
import { users } from '#texts/users';
import { Answers } from '../answers';
import { Confirm } from '../confirm';
import { ProblemNote } from '../states';
import { toast } from '../toasts';
import { OneTimeLink } from './oneTimeLink';

/** A link to choose another password; and the end. */
export function UserActs({ user }: { user: Schema<'User'> }) {
  const may = useMay();
  const { user: self } = useSession();
  const [act, setAct] = useState<'reset' | 'remove'>();
  const ownersOnly = user.role === 'owner' && !may('owners:write');
  const reason = !may('users:write')
    ? common.needs('users:write')
    : ownersOnly
      ? users.ownersOnly
      : undefined;
  const kept = user.id === self?.id ? users.notYourself : reason;
  const close = () => setAct(undefined);
  return (
    <>
      <Button variant="default" disabled={!!reason} title={reason} onClick={() => setAct('reset')}>
        {users.reset}
      </Button>
      <Button variant="light" color="red" disabled={!!kept} title={kept} onClick={() => setAct('remove')}>
        {users.remove}
      </Button>
      <Modal
        opened={act === 'reset'}
        onClose={close}
        title={users.reset}
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': common.close }}
      >
        <Reset user={user} onClose={close} />
      </Modal>
      <Remove user={user} opened={act === 'remove'} onClose={close} />
    </>
  );
}

function Reset({ user, onClose }: { user: Schema<'User'>; onClose: () => void }) {
  const made = $api.useMutation('post', '/api/v1/users/{user}/reset-link', { meta: { shown: true } });
  if (made.data) {
    return (
      <Stack>
        <Text fw={600}>{users.resetTitle}</Text>
        <OneTimeLink link={made.data} />
        <Group justify="flex-end">
          <Button onClick={onClose}>{users.done}</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack>
      <Text size="sm">{users.resetText}</Text>
      {made.error && <ProblemNote error={made.error} />}
      <Answers onCancel={onClose}>
        <Button loading={made.isPending} onClick={() => made.mutate({ params: { path: { user: user.id } } })}>
          {users.reset}
        </Button>
      </Answers>
    </Stack>
  );
}

interface RemoveProps {
  user: Schema<'User'>;
  opened: boolean;
  onClose: () => void;
}

function Remove({ user, opened, onClose }: RemoveProps) {
  const navigate = useNavigate();
  const removed = $api.useMutation('delete', '/api/v1/users/{user}', {
    meta: { shown: true },
    onSuccess: async () => {
      toast(users.removed(user.email));
      await navigate({ to: '/users' });
    },
  });
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={users.removeTitle(user.email)}
      name={user.email}
      act={users.remove}
      pending={removed.isPending}
      error={removed.error}
      onConfirm={() =>
        removed.mutate({ params: { path: { user: user.id }, header: ifMatch(user.revision) } })
      }
    >
      {users.removeText} {common.confirmNoUndo}
    </Confirm>
  );
}
