import { Button, Checkbox, Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { useApps } from '#api/directory';
import { fieldError } from '#api/fieldError';
import { useMay } from '#api/session';
import { connections } from '#texts/connections';
import { customerConnections as texts } from '#texts/customers';
import { Answers } from '../answers';
import {
  credentialOf,
  type Preset,
  plainPresets,
  presetsOf,
  wayCredentialOf,
} from '../credentials/credential';
import { CredentialFields } from '../credentials/credentialFields';
import { KindSelect } from '../credentials/kindSelect';
import { WayFields } from '../credentials/wayFields';
import { Rename } from '../rename';
import { Forbidden, ProblemNote, Waiting } from '../states';
import { toast } from '../toasts';

type App = Schema<'App'>;
type Secret = Pick<Schema<'NewCustomerConnection'>, 'credential' | 'way'>;

const OTHERS = plainPresets();
const AS_IS = ':as-is';

/** Chooses a way of the app or a kind of credential; `secretOf` reads what was entered. */
function useSecret(app: App | undefined, error: unknown) {
  const ways = app?.definition?.auth ?? [];
  const [chosen, setChosen] = useState<string>();
  const [kind, setKind] = useState<string>();
  const way = chosen === AS_IS ? undefined : (ways.find(({ name }) => name === chosen) ?? ways[0]);
  const asked = app ? presetsOf(app) : [];
  const presets = [...asked, ...OTHERS];
  const preset: Preset = presets.find(({ id }) => id === kind) ?? (presets[0] as Preset);
  const fields: ReactNode = (
    <>
      {ways.length > 0 && (
        <Select
          label={texts.way}
          allowDeselect={false}
          data={[
            ...ways.map(({ name, title }) => ({ value: name, label: title })),
            { value: AS_IS, label: texts.asIs },
          ]}
          value={way?.name ?? AS_IS}
          onChange={(value) => setChosen(value ?? undefined)}
        />
      )}
      {way ? (
        <WayFields key={way.name} way={way} error={error} />
      ) : (
        <>
          <KindSelect asked={asked} others={OTHERS} value={preset.id} onChange={setKind} />
          <CredentialFields key={preset.id} preset={preset} error={error} />
        </>
      )}
    </>
  );
  const secretOf = (form: FormData): Secret =>
    way ? { way: wayCredentialOf(way, form) } : { credential: credentialOf(preset, form) };
  return { fields, secretOf };
}

interface CreateProps {
  customer: string;
  onDone: () => void;
}

/** Keeps credentials of the customer for an app. */
export function CreateCustomerConnection({ customer, onDone }: CreateProps) {
  const may = useMay();
  const apps = useApps();
  const [appId, setAppId] = useState<string | null>(null);
  const app = apps.data?.find(({ id }) => id === appId);
  const create = $api.useMutation('post', '/api/v1/customers/{customer}/connections', {
    meta: { shown: true },
    onSuccess: () => {
      toast(texts.created);
      onDone();
    },
  });
  const { fields, secretOf } = useSecret(app, create.error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!app) return;
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim() || undefined;
    create.mutate({
      params: { path: { customer } },
      body: {
        app: app.id,
        name: text('connection_name'),
        label: text('label'),
        default: form.get('default') ? true : undefined,
        ...secretOf(form),
      },
    });
  };
  if (!may('apps:read')) return <Forbidden permission="apps:read" />;
  if (!apps.data) return apps.error ? <ProblemNote error={apps.error} /> : <Waiting />;
  return (
    <form onSubmit={submit} autoComplete="off">
      <Stack>
        <Select
          label={texts.app}
          placeholder={texts.chooseApp}
          nothingFoundMessage={texts.noApps}
          searchable
          required
          data-autofocus
          data={apps.data.map(({ id, title, key }) => ({ value: id, label: `${title} (${key})` }))}
          value={appId}
          onChange={setAppId}
        />
        {app && (
          <Stack key={app.id}>
            {fields}
            <TextInput
              name="connection_name"
              label={texts.name}
              description={texts.nameHint}
              maxLength={100}
              error={fieldError(create.error, 'name')}
            />
            <TextInput
              name="label"
              label={texts.accountLabel}
              maxLength={200}
              placeholder="ada@example.com"
              error={fieldError(create.error, 'label')}
            />
            <Checkbox name="default" label={connections.asDefault} />
          </Stack>
        )}
        {create.error ? <ProblemNote error={create.error} /> : null}
        <Foot onDone={onDone} pending={create.isPending} act={texts.save} disabled={!app} />
      </Stack>
    </form>
  );
}

interface OfConnectionProps {
  connection: Schema<'CustomerConnection'>;
  onDone: () => void;
}

/** A new secret in place of the one before. */
export function RotateCustomerConnection({ connection, onDone }: OfConnectionProps) {
  const app = $api.useQuery('get', '/api/v1/apps/{app}', { params: { path: { app: connection.app } } });
  const rotate = $api.useMutation(
    'post',
    '/api/v1/customers/{customer}/connections/{customer_connection}/rotate',
    {
      meta: { shown: true },
      onSuccess: () => {
        toast(texts.rotated);
        onDone();
      },
    },
  );
  const { fields, secretOf } = useSecret(app.data, rotate.error);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    rotate.mutate({ params: pathOf(connection), body: secretOf(new FormData(event.currentTarget)) });
  };
  if (!app.data) return app.error ? <ProblemNote error={app.error} /> : <Waiting />;
  return (
    <form onSubmit={submit} autoComplete="off">
      <Stack>
        <Text size="sm">{texts.rotateText}</Text>
        {fields}
        {rotate.error ? <ProblemNote error={rotate.error} /> : null}
        <Foot onDone={onDone} pending={rotate.isPending} act={texts.rotate} />
      </Stack>
    </form>
  );
}

export function RenameCustomerConnection({ connection, onDone }: OfConnectionProps) {
  const rename = $api.useMutation('patch', '/api/v1/customers/{customer}/connections/{customer_connection}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(texts.renamed);
      onDone();
    },
  });
  const params = { ...pathOf(connection), header: ifMatch(connection.revision) };
  return (
    <Rename
      name={connection.name}
      label={texts.name}
      pending={rename.isPending}
      error={rename.error}
      onRename={(name) => rename.mutate({ params, body: { name } })}
      onDone={onDone}
    />
  );
}

/** The path of a connection in the API. */
export function pathOf({ id, customer }: Schema<'CustomerConnection'>) {
  return { path: { customer, customer_connection: id } };
}

interface FootProps {
  onDone: () => void;
  pending: boolean;
  act: string;
  disabled?: boolean;
}

function Foot({ onDone, pending, act, disabled }: FootProps) {
  return (
    <Answers onCancel={onDone}>
      <Button type="submit" loading={pending} disabled={disabled}>
        {act}
      </Button>
    </Answers>
  );
}
