import { Alert, Button, Checkbox, Code, Group, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { common } from '#texts/common';
import { connections as texts } from '#texts/connections';
import { credentialOf, type Preset, plainPresets, presetsOf } from '../credentials/credential';
import { CredentialFields } from '../credentials/credentialFields';
import { KindSelect } from '../credentials/kindSelect';
import { Rename } from '../rename';
import { ProblemNote } from '../states';
import { toast } from '../toasts';

type App = Schema<'App'>;
type Connection = Schema<'Connection'>;

const OTHERS = plainPresets();

function useKind(app: App) {
  const [asked] = useState(() => presetsOf(app));
  const [id, setId] = useState(asked[0]?.id ?? 'kind:api_key');
  const preset: Preset = [...asked, ...OTHERS].find((known) => known.id === id) ?? (OTHERS[0] as Preset);
  return { preset, select: <KindSelect asked={asked} others={OTHERS} value={preset.id} onChange={setId} /> };
}

/** Keeps credentials of the account for an app. */
export function CreateConnection({ app, onDone }: { app: App; onDone: () => void }) {
  const { preset, select } = useKind(app);
  const create = $api.useMutation('post', '/api/v1/connections', {
    meta: { shown: true },
    onSuccess: () => {
      toast(texts.created);
      onDone();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    create.mutate({
      body: {
        app: app.id,
        name: String(form.get('connection_name') ?? '').trim(),
        default: form.get('default') ? true : undefined,
        credential: credentialOf(preset, form),
      },
    });
  };
  return (
    <form onSubmit={submit} autoComplete="off">
      <Stack>
        <TextInput
          name="connection_name"
          label={texts.name}
          description={texts.nameHint}
          required
          maxLength={100}
          data-autofocus
          error={fieldError(create.error, 'name')}
        />
        {select}
        <CredentialFields key={preset.id} preset={preset} error={create.error} />
        <Checkbox name="default" label={texts.asDefault} />
        {create.error ? <ProblemNote error={create.error} /> : null}
        <Buttons onDone={onDone} pending={create.isPending} act={texts.save} />
      </Stack>
    </form>
  );
}

interface OfConnectionProps {
  connection: Connection;
  onDone: () => void;
}

/** A new secret in place of the one before. */
export function RotateConnection({ app, connection, onDone }: OfConnectionProps & { app: App }) {
  const { preset, select } = useKind(app);
  const rotate = $api.useMutation('post', '/api/v1/connections/{connection}/rotate', {
    meta: { shown: true },
    onSuccess: () => {
      toast(texts.rotated);
      onDone();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const credential = credentialOf(preset, new FormData(event.currentTarget));
    rotate.mutate({ params: { path: { connection: connection.id } }, body: { credential } });
  };
  return (
    <form onSubmit={submit} autoComplete="off">
      <Stack>
        <Text size="sm">{texts.rotateText}</Text>
        {select}
        <CredentialFields key={preset.id} preset={preset} error={rotate.error} />
        {rotate.error ? <ProblemNote error={rotate.error} /> : null}
        <Buttons onDone={onDone} pending={rotate.isPending} act={texts.rotate} />
      </Stack>
    </form>
  );
}

export function RenameConnection({ connection, onDone }: OfConnectionProps) {
  const rename = $api.useMutation('patch', '/api/v1/connections/{connection}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(texts.renamed);
      onDone();
    },
  });
  const params = { path: { connection: connection.id }, header: ifMatch(connection.revision) };
  return (
    <Rename
      name={connection.name}
      label={texts.name}
      hint={texts.nameHint}
      pending={rename.isPending}
      error={rename.error}
      onRename={(name) => rename.mutate({ params, body: { name } })}
      onDone={onDone}
    />
  );
}

const OUTCOME_COLORS = { accepted: 'teal', refused: 'red', unclear: 'yellow', failed: 'red' } as const;

/** Asks the API once whether it takes the credential. */
export function TestConnection({ connection, onDone }: OfConnectionProps) {
  const [path, setPath] = useState('');
  const test = $api.useMutation('post', '/api/v1/connections/{connection}/test', { meta: { shown: true } });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    test.mutate({
      params: { path: { connection: connection.id } },
      body: { path: path.trim() || undefined },
    });
  };
  const result = test.data;
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text size="sm">{texts.testText}</Text>
        <TextInput
          label={texts.testPath}
          description={texts.testPathHint}
          data-autofocus
          classNames={{ input: 'mono' }}
          value={path}
          onChange={(event) => setPath(event.currentTarget.value)}
          error={fieldError(test.error, 'path')}
        />
        {test.error ? <ProblemNote error={test.error} /> : null}
        {result && (
          <Alert
            color={OUTCOME_COLORS[result.outcome]}
            variant="light"
            title={texts.outcomes[result.outcome]}
            role="status"
          >
            <Stack gap={4} align="flex-start">
              {result.reason && <Text size="sm">{result.reason}</Text>}
              <Code>{texts.testFacts(result.method, result.url, result.status, result.duration_ms)}</Code>
            </Stack>
          </Alert>
        )}
        <Buttons onDone={onDone} pending={test.isPending} act={texts.test} />
      </Stack>
    </form>
  );
}

interface ButtonsProps {
  onDone: () => void;
  pending: boolean;
  act: string;
}

function Buttons({ onDone, pending, act }: ButtonsProps) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onDone}>
        {common.close}
      </Button>
      <Button type="submit" loading={pending}>
        {act}
      </Button>
    </Group>
  );
}
