import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { client } from '#api/client';
import { sessionQuery } from '#api/session';
import { signIn } from '#texts/signIn';
import { Gate } from './gate';
import { ProblemNote } from './states';

type Purpose = 'setup' | 'invitation' | 'reset';

/**
 * Takes a one-time link: its secret stands behind the `#`, so that no server and no log has seen it, and is taken out of the address
 * at once, so that nobody reads it over a shoulder or in the history.
 */
export function LinkForm({ purpose }: { purpose: Purpose }) {
  const texts = signIn[purpose];
  const [link] = useState(takeFragment);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const accepted = useMutation({
    meta: { shown: true },
    mutationFn: async (form: FormData) => {
      const text = (name: string) => String(form.get(name) ?? '').trim() || undefined;
      const body = {
        link,
        email: text('email'),
        name: text('name'),
        password: String(form.get('password') ?? ''),
      };
      await client.POST('/api/v1/links/accept', { body });
      await queries.fetchQuery({ ...sessionQuery, staleTime: 0 });
      await navigate({ to: purpose === 'setup' ? '/start' : '/' });
    },
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    accepted.mutate(new FormData(event.currentTarget));
  };
  if (!link)
    return (
      <Gate title={texts.title} text={signIn.noLink}>
        {null}
      </Gate>
    );
  return (
    <Gate title={texts.title} text={texts.text}>
      <form onSubmit={onSubmit}>
        <Stack>
          {accepted.error && <ProblemNote error={accepted.error} />}
          {purpose === 'setup' && (
            <TextInput
              name="email"
              type="email"
              autoComplete="username"
              label={signIn.email}
              required
              autoFocus
            />
          )}
          {purpose !== 'reset' && (
            <TextInput name="name" autoComplete="name" maxLength={100} label={signIn.name} />
          )}
          <PasswordInput
            name="password"
            autoComplete="new-password"
            minLength={12}
            maxLength={128}
            label={signIn.password}
            description={signIn.passwordHint}
            required
          />
          <Button type="submit" loading={accepted.isPending} fullWidth>
            {texts.submit}
          </Button>
        </Stack>
      </form>
    </Gate>
  );
}

function takeFragment(): string {
  const secret = window.location.hash.slice(1);
  if (secret) window.history.replaceState(window.history.state, '', window.location.pathname);
  return secret;
}
