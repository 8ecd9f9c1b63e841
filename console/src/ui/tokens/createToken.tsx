import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api, type Schema } from '#api/client';
import { useUsers } from '#api/directory';
import { fieldError } from '#api/fieldError';
import { useMay, useSession } from '#api/session';
import { common } from '#texts/common';
import { tokens } from '#texts/tokens';
import { Answers } from '../answers';
import { SecretOnce } from '../copy';
import { ProblemNote } from '../states';
import { TokenFields } from './tokenFields';
import { faultsOf, newToken, settingsOf } from './tokenValues';

interface CreateTokenProps {
  opened: boolean;
  onClose: () => void;
  /** The server that it is for, to begin with. */
  server?: Schema<'ServerId'>;
  /** Told of the token, which is seen this once. */
  onCreated?: (token: Schema<'CreatedToken'>) => void;
}

/** Makes a token, and shows it once. */
export function CreateToken(props: CreateTokenProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={tokens.createTitle}
      size="lg"
      // What is shown once is not lost by a click beside it.
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Making {...props} />
    </Modal>
  );
}

function Making({ onClose, server, onCreated }: CreateTokenProps) {
  const may = useMay();
  const { user } = useSession();
  const forOthers = may('tokens:write');
  const [values, setValues] = useState(() => newToken(user?.id ?? 'account', server));
  const [faults, setFaults] = useState<ReturnType<typeof faultsOf>>({});
  const created = $api.useMutation('post', '/api/v1/tokens', {
    meta: { shown: true },
    onSuccess: (token) => onCreated?.(token),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const now = new Date();
    const found = faultsOf(values, now);
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    const owner = forOthers && values.owner !== 'account' ? { user_id: values.owner } : {};
    created.mutate({ body: { ...settingsOf(values, now), ...owner } });
  };
  if (created.data) {
    return (
      <Stack>
        <Text fw={600}>{tokens.createdTitle}</Text>
        <SecretOnce secret={created.data.token}>
          <Text size="sm">{tokens.createdText}</Text>
        </SecretOnce>
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {tokens.done}
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TokenFields
          values={values}
          set={(changes) => setValues((before) => ({ ...before, ...changes }))}
          faults={faults}
          error={created.error}
        />
        {forOthers && (
          <OwnerField
            owner={values.owner}
            error={fieldError(created.error, 'user_id')}
            onChange={(owner) => setValues((before) => ({ ...before, owner }))}
          />
        )}
        {created.error && <ProblemNote error={created.error} />}
        <Answers onCancel={onClose}>
          <Button type="submit" loading={created.isPending}>
            {tokens.create}
          </Button>
        </Answers>
      </Stack>
    </form>
  );
}

interface OwnerFieldProps {
  owner: string;
  error: string | undefined;
  onChange: (owner: string) => void;
}

function OwnerField({ owner, error, onChange }: OwnerFieldProps) {
  const { user } = useSession();
  const users = useUsers();
  const others = (users.data ?? []).filter(({ id }) => id !== user?.id);
  return (
    <Select
      searchable
      allowDeselect={false}
      label={tokens.owner}
      description={tokens.ownerHint}
      data={[
        ...(user ? [{ value: user.id, label: `${tokens.ownerSelf} (${user.email})` }] : []),
        { value: 'account', label: tokens.ownerAccount },
        ...others.map(({ id, email }) => ({ value: id, label: email })),
      ]}
      value={owner}
      error={error}
      onChange={(chosen) => chosen && onChange(chosen)}
    />
  );
}
