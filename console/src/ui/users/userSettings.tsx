import { Button, Group, Paper, Select, Stack, Switch, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { useMay, useSession } from '#api/session';
import { common } from '#texts/common';
import { users } from '#texts/users';
import { ProblemNote } from '../states';
import { toast } from '../toasts';
import { ROLES } from './role';

/** Name, role, and whether the person is shut out. */
export function UserSettings({ user }: { user: Schema<'User'> }) {
  const may = useMay();
  const { user: self } = useSession();
  const [name, setName] = useState(user.name);
  const [role, setRole] = useState(user.role);
  const [disabled, setDisabled] = useState(user.disabled);
  const changed = $api.useMutation('patch', '/api/v1/users/{user}', {
    meta: { shown: true },
    onSuccess: () => toast(users.saved),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changed.mutate({
      params: { path: { user: user.id }, header: ifMatch(user.revision) },
      body: { name: name.trim(), role, disabled },
    });
  };
  const ownersOnly = user.role === 'owner' && !may('owners:write');
  const reason = !may('users:write')
    ? common.needs('users:write')
    : ownersOnly
      ? users.ownersOnly
      : undefined;
  const locked = reason !== undefined;
  const isSelf = user.id === self?.id;
  const roles = ROLES.filter((one) => one !== 'owner' || user.role === 'owner' || may('owners:write'));
  return (
    <Paper withBorder p="md" radius="md">
      <form onSubmit={submit}>
        <Stack>
          <Title order={2} size="h4">
            {users.settings}
          </Title>
          <TextInput
            label={users.name}
            maxLength={100}
            disabled={locked}
            value={name}
            error={fieldError(changed.error, 'name')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            allowDeselect={false}
            label={users.role}
            description={users.may[role]}
            disabled={locked}
            data={roles.map((value) => ({ value, label: users.roles[value] }))}
            value={role}
            error={fieldError(changed.error, 'role')}
            onChange={(chosen) => chosen && setRole(chosen)}
          />
          <Switch
            label={users.disabled}
            description={isSelf ? users.notYourself : users.disabledHint}
            disabled={locked || isSelf}
            checked={disabled}
            onChange={(event) => setDisabled(event.currentTarget.checked)}
          />
          {changed.error && <ProblemNote error={changed.error} />}
          <Group justify="flex-end">
            <Button type="submit" disabled={locked} title={reason} loading={changed.isPending}>
              {common.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}
