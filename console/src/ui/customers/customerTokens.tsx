import { Button, Checkbox, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { $api } from '#api/client';
import { fieldError } from '#api/fieldError';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { customerTokens as texts } from '#texts/customers';
import { Answers } from '../answers';
import { SecretOnce } from '../copy';
import { ProblemNote } from '../states';
import { TokenDrawer } from '../tokens/tokenDrawer';
import { TokenTable } from '../tokens/tokenTable';

interface CustomerTokensProps {
  customer: string;
  /** The token that is open. */
  token: string | undefined;
  onToken: (token: string | undefined) => void;
}

/** The tokens that stand for one customer. */
export function CustomerTokens({ customer, token, onToken }: CustomerTokensProps) {
  const may = useMay();
  const [making, setMaking] = useState<'token' | 'signed'>();
  const reason = may('customers:write') ? undefined : common.needs('customers:write');
  const close = () => setMaking(undefined);
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" maw={640}>
          {texts.text}
        </Text>
        <Group gap="xs">
          <Button
            variant="default"
            disabled={reason !== undefined}
            title={reason}
            onClick={() => setMaking('signed')}
          >
            {texts.sign}
          </Button>
          <Button
            leftSection={<IconPlus size={16} aria-hidden />}
            disabled={reason !== undefined}
            title={reason}
            onClick={() => setMaking('token')}
          >
            {texts.add}
          </Button>
        </Group>
      </Group>
      {may('tokens:read') ? (
        <TokenTable
          filters={{ owner: customer }}
          openId={token}
          onOpen={({ id }) => onToken(id)}
          onCreate={() => setMaking('token')}
        />
      ) : (
        <Text c="dimmed">{texts.needsRead}</Text>
      )}
      <TokenDrawer token={token} onOpen={onToken} onClose={() => onToken(undefined)} />
      <Modal
        opened={making !== undefined}
        onClose={close}
        title={making === 'signed' ? texts.signTitle : texts.addTitle}
        // What is shown once is not lost by a click beside it.
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': common.close }}
      >
        {making === 'token' && <CreateCustomerToken customer={customer} onDone={close} />}
        {making === 'signed' && <SignToken customer={customer} onDone={close} />}
      </Modal>
    </Stack>
  );
}

interface FormProps {
  customer: string;
  onDone: () => void;
}

function CreateCustomerToken({ customer, onDone }: FormProps) {
  const [name, setName] = useState('');
  const [lifetime, setLifetime] = useState('2592000');
  const [readOnly, setReadOnly] = useState(false);
  const [inUrl, setInUrl] = useState(false);
  const create = $api.useMutation('post', '/api/v1/customers/{customer}/tokens', { meta: { shown: true } });
  if (create.data) return <Shown token={create.data.token} onDone={onDone} />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({
      params: { path: { customer } },
      body: {
        name: name.trim(),
        expires_in_seconds: lifetime === 'never' ? undefined : Number(lifetime),
        read_only: readOnly,
        allow_in_url: inUrl,
      },
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={texts.name}
          required
          maxLength={100}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fieldError(create.error, 'name')}
        />
        <Select
          label={texts.expires}
          allowDeselect={false}
          data={[
            ...Object.entries(texts.lifetimes).map(([value, label]) => ({ value, label })),
            { value: 'never', label: texts.never },
          ]}
          value={lifetime}
          onChange={(next) => setLifetime(next ?? lifetime)}
          error={fieldError(create.error, 'expires_in_seconds')}
        />
        <Checkbox
          label={texts.readOnly}
          checked={readOnly}
          onChange={(event) => setReadOnly(event.currentTarget.checked)}
        />
        <Checkbox
          label={texts.inUrl}
          checked={inUrl}
          onChange={(event) => setInUrl(event.currentTarget.checked)}
        />
        {create.error ? <ProblemNote error={create.error} /> : null}
        <Answers onCancel={onDone}>
          <Button type="submit" disabled={!name.trim()} loading={create.isPending}>
            {texts.add}
          </Button>
        </Answers>
      </Stack>
    </form>
  );
}

function SignToken({ customer, onDone }: FormProps) {
  const sign = $api.useMutation('post', '/api/v1/customers/{customer}/sign-token', {
    meta: { shown: true },
  });
  if (sign.data) {
    const ends = new Date(sign.data.expires_at).toLocaleString('en');
    return <Shown token={sign.data.token} text={texts.signed(ends)} onDone={onDone} />;
  }
  return (
    <Stack>
      <Text size="sm">{texts.signText}</Text>
      {sign.error ? <ProblemNote error={sign.error} /> : null}
      <Answers onCancel={onDone}>
        <Button
          data-autofocus
          loading={sign.isPending}
          onClick={() => sign.mutate({ params: { path: { customer } }, body: {} })}
        >
          {texts.signNow}
        </Button>
      </Answers>
    </Stack>
  );
}

function Shown({ token, text, onDone }: { token: string; text?: string; onDone: () => void }) {
  return (
    <Stack>
      <SecretOnce secret={token}>{text && <Text size="sm">{text}</Text>}</SecretOnce>
      <Group justify="flex-end">
        <Button onClick={onDone} data-autofocus>
          {common.close}
        </Button>
      </Group>
    </Stack>
  );
}
