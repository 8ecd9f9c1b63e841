import { Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api } from '#api/client';
import { fieldError } from '#api/fieldError';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { users } from '#texts/users';
import { Answers } from '../answers';
import { ProblemNote } from '../states';
import { OneTimeLink } from './oneTimeLink';
import { ROLES, type Role } from './role';

/** Adds a person, and shows the link that lets it in. */
export function InviteUser({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={users.inviteTitle}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Inviting onClose={onClose} />
    </Modal>
  );
}

function Inviting({ onClose }: { onClose: () => void }) {
  const may = useMay();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('member');
  const invited = $api.useMutation('post', '/api/v1/users', { meta: { shown: true } });
  if (invited.data) {
    return (
      <Stack>
        <Text fw={600}>{users.linkTitle}</Text>
        <OneTimeLink link={invited.data.invitation} />
        <Group justify="flex-end">
          <Button onClick={onClose}>{users.done}</Button>
        </Group>
      </Stack>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invited.mutate({ body: { email: email.trim(), name: name.trim(), role } });
  };
  const roles = ROLES.filter((one) => one !== 'owner' || may('owners:write'));
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">{users.inviteText}</Text>
        <TextInput
          data-autofocus
          required
          type="email"
          maxLength={254}
          label={users.email}
          value={email}
          error={fieldError(invited.error, 'email')}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <TextInput
          maxLength={100}
          label={users.name}
          value={name}
          error={fieldError(invited.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          allowDeselect={false}
          label={users.role}
          description={users.may[role]}
          data={roles.map((value) => ({ value, label: users.roles[value] }))}
          value={role}
          error={fieldError(invited.error, 'role')}
          onChange={(chosen) => chosen && setRole(chosen)}
        />
        {invited.error && <ProblemNote error={invited.error} />}
        <Answers onCancel={onClose}>
          <Button type="submit" loading={invited.isPending}>
            {users.invite}
          </Button>
        </Answers>
      </Stack>
    </form>
  );
}
