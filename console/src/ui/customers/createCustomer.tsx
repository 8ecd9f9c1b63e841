import { Button, Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { $api } from '#api/client';
import { fieldError } from '#api/fieldError';
import { customers as texts } from '#texts/customers';
import { Answers } from '../answers';
import { ProblemNote } from '../states';
import { toast } from '../toasts';

/** Adds an end user of the account's own product. */
export function CreateCustomer({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const [key, setKey] = useState('');
  const [name, setName] = useState('');
  const create = $api.useMutation('post', '/api/v1/customers', {
    meta: { shown: true },
    onSuccess: (customer) => {
      toast(texts.added(customer.name || customer.key));
      onClose();
      void navigate({ to: '/customers/$customer', params: { customer: customer.id } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ body: { key: key.trim(), name: name.trim() } });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={texts.key}
          description={texts.keyHint}
          required
          data-autofocus
          maxLength={200}
          classNames={{ input: 'mono' }}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          error={fieldError(create.error, 'key')}
        />
        <TextInput
          label={texts.name}
          description={texts.nameHint}
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fieldError(create.error, 'name')}
        />
        {create.error ? <ProblemNote error={create.error} /> : null}
        <Answers onCancel={onClose}>
          <Button type="submit" disabled={!key.trim()} loading={create.isPending}>
            {texts.add}
          </Button>
        </Answers>
      </Stack>
    </form>
  );
}
