import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { createFileRoute, useRouter } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { client } from '#api/client';
import { sessionQuery } from '#api/session';
import { signIn } from '#texts/signIn';
import { Gate } from '#ui/gate';
import { ProblemNote } from '#ui/states';
import { ownPath } from '../ownPath';

export const Route = createFileRoute('/sign-in')({
  validateSearch: (search): { next?: string } => ({ next: ownPath(search.next) }),
  component: SignIn,
});

function SignIn() {
  const { next } = Route.useSearch();
  const router = useRouter();
  const queries = useQueryClient();
  const submitted = useMutation({
    meta: { shown: true },
    mutationFn: async (form: FormData) => {
      const text = (name: string) => String(form.get(name) ?? '').trim();
      const account = text('account') || undefined;
      const password = String(form.get('password') ?? '');
      await client.POST('/api/v1/session', { body: { account, email: text('email'), password } });
      await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
      router.history.push(next ?? '/');
    },
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    submitted.mutate(new FormData(event.currentTarget));
  };
  return (
    <Gate title={signIn.title}>
      <form onSubmit={onSubmit}>
        <Stack>
          {submitted.error && <ProblemNote error={submitted.error} />}
          <TextInput
            name="email"
            type="email"
            autoComplete="username"
            label={signIn.email}
            required
            autoFocus
          />
          <PasswordInput name="password" autoComplete="current-password" label={signIn.password} required />
          <TextInput
            name="account"
            autoComplete="organization"
            label={signIn.account}
            description={signIn.accountHint}
          />
          <Button type="submit" loading={submitted.isPending} fullWidth>
            {signIn.submit}
          </Button>
          <Text size="xs" c="dimmed">
            {signIn.forgot}
          </Text>
        </Stack>
      </form>
    </Gate>
  );
}
