import {
  Button,
  Group,
  Paper,
  PasswordInput,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { me } from '#texts/me';
import { users } from '#texts/users';
import { ProblemNote } from '../states';
import { toast } from '../toasts';

/** One's own name and password. */
export function Profile({ user }: { user: Schema<'User'> }) {
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {me.profile}
      </Title>
      <Text size="sm">
        {user.email} · {me.role(users.roles[user.role])}
      </Text>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <NameForm user={user} />
        <PasswordForm user={user} />
      </SimpleGrid>
    </Stack>
  );
}

function NameForm({ user }: { user: Schema<'User'> }) {
  const [name, setName] = useState(user.name);
  const changed = $api.useMutation('patch', '/api/v1/me', {
    meta: { shown: true },
    onSuccess: () => toast(me.saved),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changed.mutate({ params: { header: ifMatch(user.revision) }, body: { name: name.trim() } });
  };
  return (
    <Paper withBorder p="md" radius="md" component="form" onSubmit={submit}>
      <Stack>
        <TextInput
          autoComplete="name"
          maxLength={100}
          label={me.name}
          value={name}
          error={fieldError(changed.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {changed.error && <ProblemNote error={changed.error} />}
        <Group justify="flex-end">
          <Button type="submit" variant="default" loading={changed.isPending}>
            {me.saveName}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

function PasswordForm({ user }: { user: Schema<'User'> }) {
  const [old, setOld] = useState('');
  const [password, setPassword] = useState('');
  const changed = $api.useMutation('patch', '/api/v1/me', {
    meta: { shown: true },
    onSuccess: () => {
      toast(me.passwordChanged);
      setOld('');
      setPassword('');
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changed.mutate({
      params: { header: ifMatch(user.revision) },
      body: { old_password: old, password },
    });
  };
  return (
    <Paper withBorder p="md" radius="md" component="form" onSubmit={submit}>
      <Stack>
        <input hidden readOnly autoComplete="username" value={user.email} aria-hidden />
        <PasswordInput
          required
          autoComplete="current-password"
          label={me.oldPassword}
          value={old}
          error={fieldError(changed.error, 'old_password')}
          onChange={(event) => setOld(event.currentTarget.value)}
        />
        <PasswordInput
          required
          autoComplete="new-password"
          minLength={12}
          maxLength={128}
          label={me.newPassword}
          description={me.passwordHint}
          value={password}
          error={fieldError(changed.error, 'password')}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {changed.error && <ProblemNote error={changed.error} />}
        <Group justify="flex-end">
          <Button type="submit" variant="default" loading={changed.isPending}>
            {me.changePassword}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
