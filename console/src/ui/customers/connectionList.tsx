import { Badge, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { useApps } from '#api/directory';
import { byCursor, itemsOf } from '#api/pages';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { customerConnections as texts } from '#texts/customers';
import { When } from '../figures';
import { Empty, Loaded } from '../states';
import { type Column, Table } from '../table';
import { toast } from '../toasts';
import {
  CreateCustomerConnection,
  pathOf,
  RenameCustomerConnection,
  RotateCustomerConnection,
} from './connectionForms';
import {
  type Act,
  ConfirmDisconnect,
  ConnectionMenu,
  ConnectionState,
  disconnected,
} from './connectionParts';
import { CreateConnectLink } from './createLink';

type Connection = Schema<'CustomerConnection'>;
type Opened = { act: Act; connection: Connection } | { act: 'create' | 'link' } | undefined;

/** What one customer has connected, and all that can be done with it. */
export function CustomerConnections({ customer }: { customer: string }) {
  const may = useMay()('customers:write');
  const [opened, setOpened] = useState<Opened>();
  const apps = useApps();
  const query = $api.useInfiniteQuery(
    'get',
    '/api/v1/customers/{customer}/connections',
    { params: { path: { customer }, query: { limit: 100 } } },
    byCursor,
  );
  const setDefault = $api.useMutation(
    'patch',
    '/api/v1/customers/{customer}/connections/{customer_connection}',
    { onSuccess: ({ name }) => toast(texts.madeDefault(name)) },
  );
  const titleOf = (app: string) => apps.data?.find(({ id }) => id === app)?.title ?? app;
  const reason = may ? undefined : common.needs('customers:write');
  const buttons = (
    <Group gap="xs" justify="center">
      <Button disabled={!may} title={reason} onClick={() => setOpened({ act: 'link' })}>
        {texts.link}
      </Button>
      <Button
        variant="default"
        leftSection={<IconPlus size={16} aria-hidden />}
        disabled={!may}
        title={reason}
        onClick={() => setOpened({ act: 'create' })}
      >
        {texts.add}
      </Button>
    </Group>
  );
  const menu = (connection: Connection) => (
    <ConnectionMenu
      connection={connection}
      reason={reason}
      onAct={(act) => setOpened({ act, connection })}
      onDefault={() =>
        setDefault.mutate({
          params: { ...pathOf(connection), header: ifMatch(connection.revision) },
          body: { default: true },
        })
      }
    />
  );
  const rows = itemsOf(query.data);
  return (
    <>
      <Loaded query={query}>
        {() =>
          rows.length === 0 ? (
            <Empty icon={<IconPlugConnected />} title={texts.emptyTitle} action={buttons}>
              {texts.emptyText}
            </Empty>
          ) : (
            <Stack>
              <Group justify="space-between">
                <Text size="sm" c="dimmed">
                  {texts.text}
                </Text>
                {buttons}
              </Group>
              <Table
                label={texts.title}
                columns={columns(titleOf, menu)}
                rows={rows}
                rowKey={({ id }) => id}
                rowHeight={58}
                more={query.hasNextPage}
                onEnd={() => void query.fetchNextPage()}
                narrow={(connection) => (
                  <Group justify="space-between" wrap="nowrap">
                    <Stack gap={4} miw={0}>
                      <Name connection={connection} app={titleOf(connection.app)} />
                      <ConnectionState connection={connection} />
                    </Stack>
                    {menu(connection)}
                  </Group>
                )}
              />
            </Stack>
          )
        }
      </Loaded>
      <Dialogs customer={customer} opened={opened} onClose={() => setOpened(undefined)} />
    </>
  );
}

function columns(
  titleOf: (app: string) => string,
  menu: (connection: Connection) => ReactNode,
): Column<Connection>[] {
  return [
    {
      key: 'connection',
      title: texts.connection,
      width: 'minmax(0, 3fr)',
      cell: (connection) => <Name connection={connection} app={titleOf(connection.app)} />,
    },
    {
      key: 'state',
      title: texts.state,
      width: 'minmax(0, 2fr)',
      cell: (connection) => <ConnectionState connection={connection} />,
    },
    {
      key: 'used',
      title: texts.used,
      width: '120px',
      above: 700,
      cell: ({ last_used_at }) => <When at={last_used_at} size="sm" />,
    },
    {
      key: 'expires',
      title: texts.expires,
      width: '120px',
      above: 820,
      cell: ({ expires_at }) => expires_at && <When at={expires_at} size="sm" />,
    },
    { key: 'menu', title: <span className="spoken">{common.actions}</span>, width: '60px', cell: menu },
  ];
}

function Name({ connection, app }: { connection: Connection; app: string }) {
  const { name, label, way, default: isDefault } = connection;
  return (
    <div style={{ minWidth: 0 }}>
      <Group gap={6} wrap="nowrap">
        <Text span fw={600} className="ellipsis" title={`${app}: ${name}`}>
          {app}
        </Text>
        {isDefault && (
          <Badge size="xs" variant="light" tt="none" flex="none">
            {texts.default}
          </Badge>
        )}
      </Group>
      <Text size="xs" c="dimmed" className="ellipsis">
        {[name, label, way].filter(Boolean).join(' · ')}
      </Text>
    </div>
  );
}

interface DialogsProps {
  customer: string;
  opened: Opened;
  onClose: () => void;
}

function Dialogs({ customer, opened, onClose }: DialogsProps) {
  if (opened?.act === 'disconnect') return <Disconnect connection={opened.connection} onClose={onClose} />;
  return (
    <Modal
      opened={opened !== undefined}
      onClose={onClose}
      title={titleOf(opened)}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      {opened?.act === 'create' && <CreateCustomerConnection customer={customer} onDone={onClose} />}
      {opened?.act === 'link' && <CreateConnectLink customer={customer} onDone={onClose} />}
      {opened?.act === 'reconnect' && (
        <CreateConnectLink customer={customer} connection={opened.connection} onDone={onClose} />
      )}
      {opened?.act === 'rotate' && (
        <RotateCustomerConnection connection={opened.connection} onDone={onClose} />
      )}
      {opened?.act === 'rename' && (
        <RenameCustomerConnection connection={opened.connection} onDone={onClose} />
      )}
    </Modal>
  );
}

function titleOf(opened: Opened): string {
  switch (opened?.act) {
    case undefined:
    case 'disconnect':
      return '';
    case 'create':
      return texts.add;
    case 'link':
      return texts.link;
    case 'reconnect':
      return texts.reconnect;
    case 'rotate':
      return texts.rotateTitle(opened.connection.name);
    case 'rename':
      return texts.rename;
  }
}

function Disconnect({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const remove = $api.useMutation(
    'delete',
    '/api/v1/customers/{customer}/connections/{customer_connection}',
    { meta: { shown: true }, onSuccess: (revoked) => disconnected(revoked, onClose) },
  );
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
