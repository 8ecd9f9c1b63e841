import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconLink, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { $api, client, type Schema } from '#api/client';
import { useApps } from '#api/directory';
import { everyPage, PAGE_MAX } from '#api/pages';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { connectLinks as texts } from '#texts/customers';
import { When } from '../figures';
import { StateBadge } from '../stateBadge';
import { Empty, Loaded } from '../states';
import { type Column, Table } from '../table';
import { toast } from '../toasts';
import { CreateConnectLink } from './createLink';

type ConnectLink = Schema<'ConnectLink'>;

const COLORS = {
  pending: 'gray',
  opened: 'blue',
  connected: 'teal',
  failed: 'red',
  expired: 'gray',
} as const;

/** The connect links of one customer, and how far each is. */
export function ConnectLinks({ customer }: { customer: string }) {
  const may = useMay()('customers:write');
  const [making, { open, close }] = useDisclosure();
  const apps = useApps();
  // The API lists the oldest first: which is the newest is known with the last page.
  const query = useQuery({
    queryKey: ['get', '/api/v1/customers/{customer}/connect-links', customer],
    queryFn: ({ signal }) =>
      everyPage((cursor) =>
        client.GET('/api/v1/customers/{customer}/connect-links', {
          signal,
          params: { path: { customer }, query: { limit: PAGE_MAX, cursor } },
        }),
      ),
  });
  const remove = $api.useMutation('delete', '/api/v1/customers/{customer}/connect-links/{connect_link}', {
    onSuccess: () => toast(texts.removed),
  });
  const titleOf = ({ app }: ConnectLink) =>
    app === undefined ? texts.anyApp : (apps.data?.find(({ id }) => id === app)?.title ?? app);
  const reason = may ? undefined : common.needs('customers:write');
  const add = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} disabled={!may} title={reason} onClick={open}>
      {texts.add}
    </Button>
  );
  const removal = (link: ConnectLink): ReactNode => (
    <Button
      size="compact-xs"
      variant="subtle"
      color="red"
      disabled={!may}
      title={reason}
      aria-label={texts.removeLabel(titleOf(link))}
      onClick={() => remove.mutate({ params: { path: { customer, connect_link: link.id } } })}
    >
      {texts.remove}
    </Button>
  );
  // The newest first: that is the one that was just made.
  const rows = (query.data ?? []).toReversed();
  return (
    <>
      <Loaded query={query}>
        {() =>
          rows.length === 0 ? (
            <Empty icon={<IconLink />} title={texts.emptyTitle} action={add}>
              {texts.emptyText}
            </Empty>
          ) : (
            <Stack>
              <Group justify="space-between">
                <Text size="sm" c="dimmed" maw={640}>
                  {texts.text}
                </Text>
                {add}
              </Group>
              <Table
                label={texts.title}
                columns={columns(titleOf, removal)}
                rows={rows}
                rowKey={({ id }) => id}
                narrow={(link) => (
                  <Group justify="space-between" wrap="nowrap">
                    <Stack gap={4}>
                      {titleOf(link)}
                      <State link={link} />
                    </Stack>
                    {removal(link)}
                  </Group>
                )}
              />
            </Stack>
          )
        }
      </Loaded>
      <Modal
        opened={making}
        onClose={close}
        title={texts.add}
        closeOnClickOutside={false}
        closeButtonProps={{ 'aria-label': common.close }}
      >
        <CreateConnectLink customer={customer} onDone={close} />
      </Modal>
    </>
  );
}

function columns(
  titleOf: (link: ConnectLink) => string,
  removal: (link: ConnectLink) => ReactNode,
): Column<ConnectLink>[] {
  return [
    {
      key: 'app',
      title: texts.app,
      width: 'minmax(0, 2fr)',
      cell: (link) => (
        <div style={{ minWidth: 0 }}>
          <Text className="ellipsis">{titleOf(link)}</Text>
          {(link.way || link.return_url) && (
            <Text size="xs" c="dimmed" className="ellipsis" title={link.return_url}>
              {[link.way, link.return_url].filter(Boolean).join(' · ')}
            </Text>
          )}
        </div>
      ),
    },
    {
      key: 'state',
      title: texts.state,
      width: 'minmax(0, 2fr)',
      cell: (link) => <State link={link} />,
    },
    {
      key: 'created',
      title: texts.created,
      width: '120px',
      above: 700,
      cell: ({ created_at }) => <When at={created_at} size="sm" />,
    },
    {
      key: 'expires',
      title: texts.expires,
      width: '120px',
      cell: ({ expires_at }) => <When at={expires_at} size="sm" />,
    },
    {
      key: 'remove',
      title: <span className="spoken">{common.actions}</span>,
      width: '100px',
      align: 'right',
      cell: removal,
    },
  ];
}

function State({ link: { status, reason } }: { link: ConnectLink }) {
  return (
    <div>
      <StateBadge color={COLORS[status]}>{texts.statuses[status]}</StateBadge>
      {reason && (
        <Text size="xs" c="dimmed" lineClamp={2} title={reason}>
          {reason}
        </Text>
      )}
    </div>
  );
}
