import { Button, Group, Stack, Text } from '@mantine/core';
import { IconMessages } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { $api, type Schema } from '#api/client';
import { byCursor, itemsOf } from '#api/pages';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { chats as texts } from '#texts/customers';
import { Confirm } from '../confirm';
import { When } from '../figures';
import { StateBadge } from '../stateBadge';
import { Empty, Loaded } from '../states';
import { type Column, Table } from '../table';
import { toast } from '../toasts';

type Chat = Schema<'CustomerChat'>;

/** The chats that a customer's agent can go on with. */
export function Chats({ customer }: { customer: string }) {
  const may = useMay()('customers:write');
  const [ending, setEnding] = useState<string>();
  const query = $api.useInfiniteQuery(
    'get',
    '/api/v1/customers/{customer}/chats',
    { params: { path: { customer }, query: { limit: 200 } } },
    byCursor,
  );
  const remove = $api.useMutation('delete', '/api/v1/customers/{customer}/chats/{chat}', {
    meta: { shown: true },
    onSuccess: () => {
      setEnding(undefined);
      toast(texts.removed);
    },
  });
  const ask = (chat: string) => {
    remove.reset();
    setEnding(chat);
  };
  const removal = ({ chat }: Chat) => (
    <Button
      size="compact-xs"
      variant="subtle"
      color="red"
      disabled={!may}
      title={may ? undefined : common.needs('customers:write')}
      aria-label={texts.removeLabel(chat)}
      onClick={() => ask(chat)}
    >
      {texts.remove}
    </Button>
  );
  const rows = itemsOf(query.data);
  return (
    <>
      <Loaded query={query}>
        {() =>
          rows.length === 0 ? (
            <Empty icon={<IconMessages />} title={texts.emptyTitle}>
              {texts.emptyText}
            </Empty>
          ) : (
            <Stack>
              <Text size="sm" c="dimmed" maw={640}>
                {texts.text}
              </Text>
              <Table
                label={texts.label}
                columns={columns(removal)}
                rows={rows}
                rowKey={({ chat }) => chat}
                more={query.hasNextPage}
                onEnd={() => void query.fetchNextPage()}
                narrow={(chat) => (
                  <Group justify="space-between" wrap="nowrap">
                    <Name chat={chat} />
                    {removal(chat)}
                  </Group>
                )}
              />
            </Stack>
          )
        }
      </Loaded>
      <Confirm
        opened={ending !== undefined}
        onClose={() => setEnding(undefined)}
        title={texts.removeTitle}
        act={texts.remove}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          ending !== undefined && remove.mutate({ params: { path: { customer, chat: ending } } })
        }
      >
        {ending !== undefined && texts.removeText(ending)}
      </Confirm>
    </>
  );
}

function columns(removal: (chat: Chat) => ReactNode): Column<Chat>[] {
  return [
    { key: 'chat', title: texts.chat, width: 'minmax(0, 3fr)', cell: (chat) => <Name chat={chat} /> },
    {
      key: 'state',
      title: texts.state,
      width: '110px',
      cell: ({ is_open }) => (
        <StateBadge color={is_open ? 'teal' : 'gray'}>{is_open ? texts.open : texts.ended}</StateBadge>
      ),
    },
    {
      key: 'enabled',
      title: texts.enabled,
      width: '120px',
      align: 'right',
      cell: (chat) => chat.enabled_tools,
    },
    {
      key: 'used',
      title: texts.used,
      width: '120px',
      above: 700,
      cell: ({ used_at }) => <When at={used_at} size="sm" />,
    },
    {
      key: 'forgotten',
      title: texts.forgotten,
      width: '120px',
      above: 700,
      cell: ({ expires_at }) => <When at={expires_at} size="sm" />,
    },
    {
      key: 'remove',
      title: <span className="spoken">{common.actions}</span>,
      width: '90px',
      align: 'right',
      cell: removal,
    },
  ];
}

function Name({ chat: { chat, client_name, revision } }: { chat: Chat }) {
  return (
    <div style={{ minWidth: 0 }}>
      <Text className="mono ellipsis" title={chat}>
        {chat}
      </Text>
      {client_name && (
        <Text size="xs" c="dimmed" className="ellipsis">
          {[client_name, revision].filter(Boolean).join(' · ')}
        </Text>
      )}
    </div>
  );
}
