import { ActionIcon, Badge, Button, Group, Menu, Modal, Stack, Text } from '@mantine/core';
import { IconDots, IconPlugConnected, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { connections as texts } from '#texts/connections';
import { usedBy } from '#texts/usedBy';
import { UsedBy } from '../apps/usedBy';
import { Confirm } from '../confirm';
import { When } from '../figures';
import { StateBadge } from '../stateBadge';
import { Empty, Loaded } from '../states';
import { type Column, Table } from '../table';
import { toast } from '../toasts';
import { CreateConnection, RenameConnection, RotateConnection, TestConnection } from './connectionForms';
import { credentialText } from './credentialText';

type Connection = Schema<'Connection'>;
type Act = 'test' | 'rotate' | 'rename' | 'usedBy' | 'delete';
type Opened = { act: Act; connection: Connection } | { act: 'create' } | undefined;

const STATUS_COLORS = { untested: 'gray', ok: 'teal', failing: 'red', unreadable: 'red' } as const;

/** The account's connections of an app, and all that can be done with them. */
export function ConnectionList({ app }: { app: Schema<'App'> }) {
  const may = useMay()('connections:write');
  const [opened, setOpened] = useState<Opened>();
  const query = $api.useQuery('get', '/api/v1/connections', {
    params: { query: { app: app.id, limit: 200 } },
  });
  const setDefault = $api.useMutation('patch', '/api/v1/connections/{connection}', {
    onSuccess: ({ name }) => toast(texts.madeDefault(name)),
  });
  const makeDefault = ({ id, revision }: Connection) =>
    setDefault.mutate({
      params: { path: { connection: id }, header: ifMatch(revision) },
      body: { default: true },
    });
  const add = (
    <Button
      leftSection={<IconPlus size={16} aria-hidden />}
      disabled={!may}
      title={may ? undefined : common.needs('connections:write')}
      onClick={() => setOpened({ act: 'create' })}
    >
      {texts.add}
    </Button>
  );
  const menu = (connection: Connection) => (
    <RowMenu
      connection={connection}
      may={may}
      onAct={(act) => setOpened({ act, connection })}
      onDefault={() => makeDefault(connection)}
    />
  );
  return (
    <Loaded query={query}>
      {({ items }) => (
        <Stack>
          {items.length === 0 ? (
            <Empty icon={<IconPlugConnected />} title={texts.emptyTitle} action={add}>
              {texts.emptyText}
            </Empty>
          ) : (
            <>
              <Group justify="space-between">
                <Text size="sm" c="dimmed" maw={640}>
                  {texts.text}
                </Text>
                {add}
              </Group>
              <Table
                label={texts.title}
                columns={columns(menu)}
                rows={items}
                rowKey={({ id }) => id}
                rowHeight={56}
                narrow={(connection) => (
                  <Group justify="space-between" wrap="nowrap">
                    <Stack gap={4} miw={0}>
                      <Name connection={connection} />
                      <Status connection={connection} />
                    </Stack>
                    {menu(connection)}
                  </Group>
                )}
              />
            </>
          )}
          <Dialogs app={app} opened={opened} onClose={() => setOpened(undefined)} />
        </Stack>
      )}
    </Loaded>
  );
}

function columns(menu: (connection: Connection) => React.ReactNode): Column<Connection>[] {
  return [
    {
      key: 'name',
      title: texts.name,
      width: 'minmax(0, 2fr)',
      cell: (connection) => <Name connection={connection} />,
    },
    {
      key: 'credential',
      title: texts.credential,
      width: 'minmax(0, 2fr)',
      above: 700,
      cell: ({ credential }) => (
        <Text size="sm" className="ellipsis">
          {credentialText(credential)}
        </Text>
      ),
    },
    {
      key: 'status',
      title: texts.status,
      width: 'minmax(0, 2fr)',
      cell: (connection) => <Status connection={connection} />,
    },
    {
      key: 'changed',
      title: texts.changed,
      width: '120px',
      above: 760,
      cell: ({ rotated_at, created_at }) => <When at={rotated_at ?? created_at} size="sm" />,
    },
    {
      key: 'menu',
      title: <span className="spoken">{common.actions}</span>,
      width: '60px',
      cell: menu,
    },
  ];
}

function Name({ connection }: { connection: Connection }) {
  return (
    <Group gap={6} wrap="nowrap">
      <Text span fw={600} className="ellipsis" title={connection.name}>
        {connection.name}
      </Text>
      {connection.default && (
        <Badge size="xs" variant="light" tt="none" flex="none">
          {texts.default}
        </Badge>
      )}
    </Group>
  );
}

function Status({ connection }: { connection: Connection }) {
  const { status, reason, tested_at: testedAt } = connection;
  return (
    <div>
      <Group gap={6}>
        <StateBadge color={STATUS_COLORS[status]}>{texts.statuses[status]}</StateBadge>
        {testedAt && <When at={testedAt} size="xs" c="dimmed" />}
      </Group>
      {reason && (
        <Text size="xs" c="dimmed" lineClamp={2} title={reason}>
          {reason}
        </Text>
      )}
    </div>
  );
}

interface RowMenuProps {
  connection: Connection;
  may: boolean;
  onAct: (act: Act) => void;
  onDefault: () => void;
}

function RowMenu({ connection, may, onAct, onDefault }: RowMenuProps) {
  const needs = may ? undefined : common.needs('connections:write');
  const item = (act: Act, label: string, color?: string) => (
    <Menu.Item color={color} disabled={!may} title={needs} onClick={() => onAct(act)}>
      {label}
    </Menu.Item>
  );
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={texts.menu(connection.name)}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {item('test', texts.test)}
        {item('rotate', texts.rotate)}
        {item('rename', texts.rename)}
        <Menu.Item disabled={!may || connection.default} title={needs} onClick={onDefault}>
          {texts.makeDefault}
        </Menu.Item>
        <Menu.Item onClick={() => onAct('usedBy')}>{usedBy.title}</Menu.Item>
        {item('delete', common.delete, 'red')}
      </Menu.Dropdown>
    </Menu>
  );
}

interface DialogsProps {
  app: Schema<'App'>;
  opened: Opened;
  onClose: () => void;
}

function Dialogs({ app, opened, onClose }: DialogsProps) {
  if (opened?.act === 'delete') return <Delete connection={opened.connection} onClose={onClose} />;
  return (
    <Modal
      opened={opened !== undefined}
      onClose={onClose}
      title={titleOf(opened)}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      {opened?.act === 'create' && <CreateConnection app={app} onDone={onClose} />}
      {opened?.act === 'test' && <TestConnection connection={opened.connection} onDone={onClose} />}
      {opened?.act === 'rotate' && (
        <RotateConnection app={app} connection={opened.connection} onDone={onClose} />
      )}
      {opened?.act === 'rename' && <RenameConnection connection={opened.connection} onDone={onClose} />}
      {opened?.act === 'usedBy' && <Uses connection={opened.connection} />}
    </Modal>
  );
}

function titleOf(opened: Opened): string {
  switch (opened?.act) {
    case undefined:
      return '';
    case 'create':
      return texts.add;
    case 'test':
      return texts.testTitle(opened.connection.name);
    case 'rotate':
      return texts.rotateTitle(opened.connection.name);
    case 'rename':
      return texts.rename;
    case 'usedBy':
      return usedBy.title;
    case 'delete':
      return texts.deleteTitle(opened.connection.name);
  }
}

function Uses({ connection }: { connection: Connection }) {
  const params = { path: { connection: connection.id } };
  const uses = $api.useQuery('get', '/api/v1/connections/{connection}/used-by', { params });
  return <Loaded query={uses}>{(data) => <UsedBy uses={data} />}</Loaded>;
}

function Delete({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const remove = $api.useMutation('delete', '/api/v1/connections/{connection}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(texts.deleted);
      onClose();
    },
  });
  const params = { path: { connection: connection.id }, header: ifMatch(connection.revision) };
  return (
    <Confirm
      opened
      onClose={onClose}
      title={texts.deleteTitle(connection.name)}
      name={connection.name}
      act={common.delete}
      pending={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ params })}
    >
      <Stack gap="xs">
        {texts.deleteText}
        <Uses connection={connection} />
      </Stack>
    </Confirm>
  );
}
