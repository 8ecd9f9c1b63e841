import {
  Alert,
  Badge,
  Button,
  Checkbox,
  Group,
  Modal,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { useMay } from '#api/session';
import { apps } from '#texts/apps';
import { common } from '#texts/common';
import { oauthClients as texts } from '#texts/oauthClients';
import { Answers } from '../answers';
import { Confirm } from '../confirm';
import { CopyText } from '../copy';
import { Loaded, ProblemNote } from '../states';
import { toast } from '../toasts';
import { type AuthWay, kindOf } from './ways';

/** The ways to connect an app, with the account's OAuth client of each that needs one. */
export function Ways({ app, ways }: { app: string; ways: AuthWay[] }) {
  const clients = $api.useQuery('get', '/api/v1/apps/{app}/oauth-clients', { params: { path: { app } } });
  return (
    <Loaded query={clients}>
      {({ items }) => (
        <Stack>
          {ways.map((way) => {
            const client = items.find((item) => item.way === way.name);
            return (
              <Paper key={way.name} withBorder p="md">
                <Stack gap="xs" align="flex-start">
                  <Group gap="xs">
                    <Title order={2} size="h5">
                      {way.title}
                    </Title>
                    <Badge variant="light" color="gray" tt="none">
                      {apps.methods[kindOf(way)]}
                    </Badge>
                  </Group>
                  {way.help && (
                    <Text size="sm" c="dimmed">
                      {way.help}
                    </Text>
                  )}
                  {client && <OAuthClient app={app} way={way} known={client} />}
                </Stack>
              </Paper>
            );
          })}
        </Stack>
      )}
    </Loaded>
  );
}

interface OAuthClientProps {
  app: string;
  way: AuthWay;
  known: Schema<'OAuthWay'>;
}

function OAuthClient({ app, way, known: { client, redirect_uri: redirectUri } }: OAuthClientProps) {
  const may = useMay()('apps:write');
  const [editing, editingHandlers] = useDisclosure();
  const [deleting, deletingHandlers] = useDisclosure();
  const remove = $api.useMutation('delete', '/api/v1/apps/{app}/oauth-clients/{way}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(texts.deleted);
      deletingHandlers.close();
    },
  });
  const reason = may ? undefined : common.needs('apps:write');
  return (
    <>
      {redirectUri ? (
        <div>
          <Text size="sm">{texts.redirectUri}</Text>
          <CopyText text={redirectUri} label={texts.copyRedirectUri} />
        </div>
      ) : (
        <Alert color="yellow" variant="light">
          {texts.noRedirectUri}
        </Alert>
      )}
      {client ? (
        <Group gap="xs">
          <Badge color="teal" variant="light" tt="none">
            {texts.there}
          </Badge>
          <Text span size="sm" className="mono">
            {client.client_id}
          </Text>
          <Text span size="sm" c="dimmed">
            {client.has_secret ? texts.withSecret : texts.withoutSecret}
          </Text>
        </Group>
      ) : (
        <Text size="sm" c="dimmed">
          {texts.missing}
        </Text>
      )}
      <Group gap="xs">
        <Button
          size="xs"
          variant={client ? 'default' : 'filled'}
          onClick={editingHandlers.open}
          disabled={!may}
          title={reason}
        >
          {client ? texts.change : texts.put}
        </Button>
        {client && (
          <Button size="xs" variant="default" onClick={deletingHandlers.open} disabled={!may} title={reason}>
            {common.delete}
          </Button>
        )}
      </Group>
      <Modal
        opened={editing}
        onClose={editingHandlers.close}
        title={texts.title(way.title)}
        closeButtonProps={{ 'aria-label': common.close }}
      >
        <ClientForm app={app} way={way} client={client} onDone={editingHandlers.close} />
      </Modal>
      {client && (
        <Confirm
          opened={deleting}
          onClose={deletingHandlers.close}
          title={texts.deleteTitle}
          name={client.client_id}
          act={common.delete}
          pending={remove.isPending}
          error={remove.error}
          onConfirm={() =>
            remove.mutate({ params: { path: { app, way: way.name }, header: ifMatch(client.revision) } })
          }
        >
          {texts.deleteText}
        </Confirm>
      )}
    </>
  );
}

interface ClientFormProps {
  app: string;
  way: AuthWay;
  client: Schema<'OAuthClient'> | undefined;
  onDone: () => void;
}

function ClientForm({ app, way, client, onDone }: ClientFormProps) {
  const known =
    typeof way.method === 'object' && 'oauth2' in way.method ? (way.method.oauth2.scopes ?? []) : [];
  const asked = known.filter((scope) => scope.default).map((scope) => scope.name);
  const [clientId, setClientId] = useState(client?.client_id ?? '');
  const [secret, setSecret] = useState('');
  const [scopes, setScopes] = useState(client?.scopes ?? asked);
  const put = $api.useMutation('put', '/api/v1/apps/{app}/oauth-clients/{way}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(texts.saved);
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    put.mutate({
      params: { path: { app, way: way.name }, header: client && ifMatch(client.revision) },
      body: { client_id: clientId.trim(), client_secret: secret || undefined, scopes },
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={texts.clientId}
          required
          data-autofocus
          autoComplete="off"
          value={clientId}
          onChange={(event) => setClientId(event.currentTarget.value)}
          error={fieldError(put.error, 'client_id')}
        />
        <PasswordInput
          label={texts.clientSecret}
          description={client?.has_secret ? texts.secretStays : texts.secretHint}
          autoComplete="new-password"
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
          error={fieldError(put.error, 'client_secret')}
        />
        {known.length > 0 && (
          <Checkbox.Group label={texts.scopes} value={scopes} onChange={setScopes}>
            <Stack gap="xs" mt="xs">
              {known.map(({ name, description }) => (
                <Checkbox key={name} value={name} label={name} description={description} />
              ))}
            </Stack>
          </Checkbox.Group>
        )}
        {put.error ? <ProblemNote error={put.error} /> : null}
        <Answers onCancel={onDone}>
          <Button type="submit" loading={put.isPending} disabled={!clientId.trim()}>
            {common.save}
          </Button>
        </Answers>
      </Stack>
    </form>
  );
}
