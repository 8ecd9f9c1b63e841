import { Stack, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api } from '#api/client';
import { createServer as texts } from '#texts/servers';
import type { FromProps } from './createServer';
import { FormFoot } from './formFoot';
import { NameFields, useNames } from './nameFields';

export function FromScratch({ onCancel, onMade }: FromProps) {
  const names = useNames('');
  const [description, setDescription] = useState('');
  const made = $api.useMutation('post', '/api/v1/servers', { meta: { shown: true }, onSuccess: onMade });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (names.valid) made.mutate({ body: { ...names.names, description: description.trim() } });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <NameFields value={names} error={made.error} />
        <Textarea
          label={texts.description}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          maxLength={1000}
          autosize
          minRows={2}
          maxRows={6}
        />
        <FormFoot
          mutation={made}
          fields={['name', 'slug']}
          submit={texts.submit}
          disabled={!names.valid}
          onCancel={onCancel}
        />
      </Stack>
    </form>
  );
}
