import { Badge, Button, Card, Group, Modal, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { common } from '#texts/common';
import { customerConnections } from '#texts/customers';
import { ownConnections as texts } from '#texts/ownConnections';
import {
  type Act,
  ConfirmDisconnect,
  ConnectionMenu,
  ConnectionState,
  disconnected,
} from '../customers/connectionParts';
import { When } from '../figures';
import { ProblemNote } from '../states';
import { toast } from '../toasts';
import { CredentialForm, pathOf, RenameOwn } from './ownForms';

type Connection = Schema<'CustomerConnection'>;
type Opened = { act: Act; connection: Connection } | { act: 'connect' } | undefined;

interface OwnAppProps {
  app: Schema<'OwnApp'>;
  connections: Connection[];
}

/** An app that servers call as the user, and what the user has connected of it. */
export function OwnApp({ app, connections }: OwnAppProps) {
  const [opened, setOpened] = useState<Opened>();
  const close = () => setOpened(undefined);
  // Where it says how, a page of the app's own does it: it signs in there, or enters a key.
  const link = $api.useMutation('post', '/api/v1/me/connect-links', {
    meta: { shown: true },
    onSuccess: ({ url }) => window.location.assign(url),
  });
  const connect = (connection?: Connection) => {
    const back = `${window.location.origin}/connections`;
    link.mutate({ body: { app: app.id, connection: connection?.id, return_url: back } });
  };
  const begin = () => (app.can_connect ? connect() : setOpened({ act: 'connect' }));
  const act = (what: Act, connection: Connection) => {
    if (what === 'reconnect' && app.can_connect) connect(connection);
    else setOpened({ act: what === 'reconnect' ? 'rotate' : what, connection });
  };
  const isFirst = connections.length === 0;
  return (
    <Card withBorder padding="lg" component="section" aria-label={app.title}>
      <Stack gap="md">
        <Group justify="space-between" align="flex-start">
          <Stack gap={4} miw={0}>
            <Title order={2} size="h4">
              {app.title}
            </Title>
            <Group gap={6}>
              <Text size="xs" c="dimmed">
                {texts.usedBy}
              </Text>
              {app.servers.map(({ id, name, slug }) => (
                <Badge key={id} variant="default" tt="none" title={slug}>
                  {name}
                </Badge>
              ))}
            </Group>
          </Stack>
          <Button
            variant={isFirst ? 'filled' : 'default'}
            loading={link.isPending || link.isSuccess}
            aria-label={isFirst ? texts.connectApp(app.title) : undefined}
            onClick={begin}
          >
            {isFirst ? texts.connect : texts.connectAnother}
          </Button>
        </Group>
        {link.error ? <ProblemNote error={link.error} /> : null}
        {isFirst ? (
          <Text size="sm" c="dimmed">
            {texts.notConnected}
          </Text>
        ) : (
          <OwnList
            label={texts.list(app.title)}
            connections={connections}
            only={['reconnect', 'rename', 'disconnect']}
            onAct={act}
          />
        )}
      </Stack>
      <Dialogs app={app.id} opened={opened} onClose={close} />
    </Card>
  );
}

interface OwnListProps {
  label: string;
  connections: Connection[];
  /** What can be done with them. */
  only: readonly Act[];
  onAct: (act: Act, connection: Connection) => void;
}

/** Connections of one's own, and what can be done with each. */
export function OwnList({ label, connections, only, onAct }: OwnListProps) {
  const setDefault = $api.useMutation('patch', '/api/v1/me/connections/{own_connection}', {
    onSuccess: ({ name }) => toast(customerConnections.madeDefault(name)),
  });
  return (
    <Stack gap="xs" component="ul" p={0} m={0} aria-label={label} style={{ listStyle: 'none' }}>
      {connections.map((connection) => (
        <Group key={connection.id} component="li" justify="space-between" wrap="nowrap" gap="md">
          <Stack gap={2} miw={0} flex={1}>
            <Group gap={6} wrap="nowrap">
              <Text span fw={600} className="ellipsis">
                {connection.name}
              </Text>
              {connection.default && (
                <Badge size="xs" variant="light" tt="none" flex="none">
                  {customerConnections.default}
                </Badge>
              )}
            </Group>
            <Text size="xs" c="dimmed" component="div">
              {connection.label && `${connection.label} · `}
              {customerConnections.used} <When at={connection.last_used_at} size="xs" />
            </Text>
          </Stack>
          <ConnectionState connection={connection} />
          <ConnectionMenu
            connection={connection}
            again={texts.again}
            only={only}
            onAct={(act) => onAct(act, connection)}
            onDefault={() =>
              setDefault.mutate({
                params: { ...pathOf(connection), header: ifMatch(connection.revision) },
                body: { default: true },
              })
            }
          />
        </Group>
      ))}
    </Stack>
  );
}

interface DialogsProps {
  app: string;
  opened: Opened;
  onClose: () => void;
}

function Dialogs({ app, opened, onClose }: DialogsProps) {
  if (opened?.act === 'disconnect') return <Disconnect connection={opened.connection} onClose={onClose} />;
  const titles = {
    connect: texts.connect,
    rename: customerConnections.rename,
    rotate: texts.again,
    reconnect: texts.again,
  };
  return (
    <Modal
      opened={opened !== undefined}
      onClose={onClose}
      title={opened && titles[opened.act]}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      {opened?.act === 'connect' && <CredentialForm app={app} connection={undefined} onDone={onClose} />}
      {opened?.act === 'rotate' && (
        <CredentialForm app={app} connection={opened.connection} onDone={onClose} />
      )}
      {opened?.act === 'rename' && <RenameOwn connection={opened.connection} onDone={onClose} />}
    </Modal>
  );
}

/** Asks whether a connection of one's own shall go. */
export function Disconnect({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const remove = $api.useMutation('delete', '/api/v1/me/connections/{own_connection}', {
    meta: { shown: true },
    onSuccess: (revoked) => disconnected(revoked, onClose),
  });
  return (
    <ConfirmDisconnect
      connection={connection}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() =>
        remove.mutate({ params: { ...pathOf(connection), header: ifMatch(connection.revision) } })
      }
      onClose={onClose}
    />
  );
}
