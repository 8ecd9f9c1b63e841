import { Button, Checkbox, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api, type Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { signing } from '#texts/account';
import { common } from '#texts/common';
import { Answers } from '../answers';
import { SecretOnce } from '../copy';
import { ProblemNote } from '../states';

const ALGORITHMS: Schema<'SigningAlgorithm'>[] = ['HS256', 'HS512'];

export function CreateSecret({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={signing.createTitle}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Making onClose={onClose} />
    </Modal>
  );
}

function Making({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [algorithm, setAlgorithm] = useState<Schema<'SigningAlgorithm'>>('HS256');
  const [inUrl, setInUrl] = useState(false);
  const created = $api.useMutation('post', '/api/v1/signing-secrets', { meta: { shown: true } });
  if (created.data) return <CreatedSecret secret={created.data} onClose={onClose} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    created.mutate({ body: { name: name.trim(), algorithm, allow_in_url: inUrl } });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          maxLength={100}
          label={signing.name}
          value={name}
          error={fieldError(created.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          allowDeselect={false}
          label={signing.algorithm}
          data={ALGORITHMS}
          value={algorithm}
          onChange={(chosen) => chosen && setAlgorithm(chosen)}
        />
        <Checkbox
          label={signing.allowInUrl}
          description={signing.allowInUrlHint}
          checked={inUrl}
          onChange={(event) => setInUrl(event.currentTarget.checked)}
        />
        {created.error && <ProblemNote error={created.error} />}
        <Answers onCancel={onClose}>
          <Button type="submit" loading={created.isPending}>
            {signing.create}
          </Button>
        </Answers>
      </Stack>
    </form>
  );
}

interface CreatedSecretProps {
  secret: Schema<'CreatedSigningSecret'>;
  onClose: () => void;
}

/** A secret that was just made: the only time that it is seen. */
export function CreatedSecret({ secret, onClose }: CreatedSecretProps) {
  return (
    <Stack>
      <Text fw={600}>{signing.created}</Text>
      <SecretOnce secret={secret.secret}>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {signing.kid(secret.id)}
        </Text>
      </SecretOnce>
      <Group justify="flex-end">
        <Button onClick={onClose}>{signing.done}</Button>
      </Group>
    </Stack>
  );
}
