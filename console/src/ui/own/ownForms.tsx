import { Button, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { customerConnections } from '#texts/customers';
import { ownConnections as texts } from '#texts/ownConnections';
import { Answers } from '../answers';
import { credentialOf, type Preset, plainPresets } from '../credentials/credential';
import { CredentialFields } from '../credentials/credentialFields';
import { KindSelect } from '../credentials/kindSelect';
import { Rename } from '../rename';
import { ProblemNote } from '../states';
import { toast } from '../toasts';

type Connection = Schema<'CustomerConnection'>;

const PRESETS = plainPresets();

interface CredentialFormProps {
  app: string;
  /** What gets a new secret; a new connection when absent. */
  connection: Connection | undefined;
  onDone: () => void;
}

/** A credential as it is, for an app that does not say how it is connected. */
export function CredentialForm({ app, connection, onDone }: CredentialFormProps) {
  const [kind, setKind] = useState<string>();
  const preset = PRESETS.find(({ id }) => id === kind) ?? (PRESETS[0] as Preset);
  const create = $api.useMutation('post', '/api/v1/me/connections', {
    meta: { shown: true },
    onSuccess: () => ended(texts.created),
  });
  const rotate = $api.useMutation('post', '/api/v1/me/connections/{own_connection}/rotate', {
    meta: { shown: true },
    onSuccess: () => ended(texts.rotated),
  });
  const ended = (text: string) => {
    toast(text);
    onDone();
  };
  const { error, isPending } = connection ? rotate : create;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const credential = credentialOf(preset, form);
    if (connection) {
      rotate.mutate({ params: pathOf(connection), body: { credential } });
      return;
    }
    const name = String(form.get('connection_name') ?? '').trim() || undefined;
    create.mutate({ body: { app, name, credential } });
  };
  return (
    <form onSubmit={submit} autoComplete="off">
      <Stack>
        {connection && <Text size="sm">{customerConnections.rotateText}</Text>}
        <KindSelect asked={[]} others={PRESETS} value={preset.id} onChange={setKind} />
        <CredentialFields key={preset.id} preset={preset} error={error} />
        {!connection && (
          <TextInput
            name="connection_name"
            label={customerConnections.name}
            description={customerConnections.nameHint}
            maxLength={100}
            error={fieldError(error, 'name')}
          />
        )}
        {error ? <ProblemNote error={error} /> : null}
        <Answers onCancel={onDone}>
          <Button type="submit" loading={isPending}>
            {connection ? customerConnections.rotate : texts.connect}
          </Button>
        </Answers>
      </Stack>
    </form>
  );
}

export function RenameOwn({ connection, onDone }: { connection: Connection; onDone: () => void }) {
  const rename = $api.useMutation('patch', '/api/v1/me/connections/{own_connection}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(customerConnections.renamed);
      onDone();
    },
  });
  const params = { ...pathOf(connection), header: ifMatch(connection.revision) };
  return (
    <Rename
      name={connection.name}
      label={customerConnections.name}
      pending={rename.isPending}
      error={rename.error}
      onRename={(name) => rename.mutate({ params, body: { name } })}
      onDone={onDone}
    />
  );
}

/** The path of a connection of one's own in the API. */
export function pathOf({ id }: Connection) {
  return { path: { own_connection: id } };
}
