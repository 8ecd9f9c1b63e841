import { Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { $api, type Schema } from '#api/client';

import { createServer, servers } from '#texts/servers';
import { toast } from '../toasts';
import { FormFoot } from './formFoot';
import { NameFields, useNames } from './nameFields';

/** Makes a copy of a server under another slug. */
export function CloneForm({ server, onCancel }: { server: Schema<'Server'>; onCancel: () => void }) {
  const navigate = useNavigate();
  const names = useNames(server.name, `${server.slug.slice(0, 123)}-copy`);
  const clone = $api.useMutation('post', '/api/v1/servers/{server}/clone', {
    meta: { shown: true },
    onSuccess: (made) => {
      toast(createServer.created(made));
      return navigate({ to: '/servers/$server/tools', params: { server: made.id } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (names.valid) clone.mutate({ params: { path: { server: server.id } }, body: names.names });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">{servers.clone.text}</Text>
        <NameFields value={names} error={clone.error} />
        <FormFoot
          mutation={clone}
          fields={['name', 'slug']}
          submit={servers.clone.submit}
          disabled={!names.valid}
          onCancel={onCancel}
        />
      </Stack>
    </form>
  );
}
