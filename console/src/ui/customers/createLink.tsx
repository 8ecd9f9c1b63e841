import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api, type Schema } from '#api/client';
import { useApps } from '#api/directory';
import { fieldError } from '#api/fieldError';
import { common } from '#texts/common';
import { connectLinks as texts } from '#texts/customers';
import { Answers } from '../answers';
import { SecretOnce } from '../copy';
import { ProblemNote } from '../states';

interface CreateConnectLinkProps {
  customer: string;
  /** What is connected again. */
  connection?: Schema<'CustomerConnection'>;
  onDone: () => void;
}

/** Makes a connect link, and shows its URL once. */
export function CreateConnectLink({ customer, connection, onDone }: CreateConnectLinkProps) {
  const apps = useApps();
  const [app, setApp] = useState<string | null>(connection?.app ?? null);
  const [way, setWay] = useState<string | null>(connection?.way ?? null);
  const [lifetime, setLifetime] = useState('3600');
  const [returnUrl, setReturnUrl] = useState('');
  const [name, setName] = useState('');
  const create = $api.useMutation('post', '/api/v1/customers/{customer}/connect-links', {
    meta: { shown: true },
  });
  // What is made by hand says no way to connect it: no page can ask for one.
  const connectable = apps.data?.filter(({ definition }) => definition !== undefined) ?? [];
  const ways = connectable.find(({ id }) => id === app)?.definition?.auth ?? [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({
      params: { path: { customer } },
      body: {
        app: app ?? undefined,
        way: way ?? undefined,
        connection: connection?.id,
        name: name.trim() || undefined,
        return_url: returnUrl.trim() || undefined,
        expires_in_seconds: Number(lifetime),
      },
    });
  };
  if (create.data) {
    return (
      <Stack>
        <SecretOnce secret={create.data.url}>
          <Text size="sm">{texts.made}</Text>
        </SecretOnce>
        <Group justify="flex-end">
          <Button onClick={onDone} data-autofocus>
            {common.close}
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Select
          label={texts.app}
          description={texts.anyAppHint}
          placeholder={texts.anyApp}
          searchable
          clearable
          disabled={connection !== undefined}
          data={connectable.map(({ id, title, key }) => ({ value: id, label: `${title} (${key})` }))}
          value={app}
          onChange={(next) => {
            setApp(next);
            setWay(null);
          }}
          error={fieldError(create.error, 'app')}
        />
        {ways.length > 0 && (
          <Select
            label={texts.way}
            description={texts.anyWay}
            clearable
            data={ways.map((known) => ({ value: known.name, label: known.title }))}
            value={way}
            onChange={setWay}
            error={fieldError(create.error, 'way')}
          />
        )}
        {!connection && app && (
          <TextInput
            label={texts.connectionName}
            description={texts.connectionNameHint}
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={fieldError(create.error, 'name')}
          />
        )}
        <TextInput
          type="url"
          label={texts.returnUrl}
          description={texts.returnUrlHint}
          placeholder="https://app.example.com/settings"
          maxLength={2000}
          value={returnUrl}
          onChange={(event) => setReturnUrl(event.currentTarget.value)}
          error={fieldError(create.error, 'return_url')}
        />
        <Select
          label={texts.lifetime}
          allowDeselect={false}
          data={Object.entries(texts.lifetimes).map(([value, label]) => ({ value, label }))}
          value={lifetime}
          onChange={(next) => setLifetime(next ?? lifetime)}
          error={fieldError(create.error, 'expires_in_seconds')}
        />
        {create.error ? <ProblemNote error={create.error} /> : null}
        <Answers onCancel={onDone}>
          <Button type="submit" loading={create.isPending}>
            {texts.add}
          </Button>
        </Answers>
      </Stack>
    </form>
  );
}
