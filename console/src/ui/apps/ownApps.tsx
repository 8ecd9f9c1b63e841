import { Badge, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconApps } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { $api, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { apps as texts } from '#texts/apps';
import { count, When } from '../figures';
import { ButtonLink } from '../links';
import { Empty } from '../states';
import { type Column, Table } from '../table';
import { ImportBar } from './importBar';

type App = Schema<'App'>;

/** The account's apps that fit the words. */
export function OwnApps({ apps, search = '' }: { apps: App[]; search?: string }) {
  const navigate = useNavigate();
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = apps.filter(({ title, key }) => {
    const text = `${title} ${key}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  if (apps.length === 0) {
    return (
      <Empty
        icon={<IconApps />}
        title={texts.emptyTitle}
        action={
          <Group>
            <ButtonLink to="/apps/new">{texts.add}</ButtonLink>
            <ButtonLink to="/apps" search={{ view: 'catalog' }} variant="light">
              {texts.toCatalog}
            </ButtonLink>
          </Group>
        }
      >
        {texts.emptyText}
      </Empty>
    );
  }
  if (found.length === 0) return <Text c="dimmed">{texts.noneFound}</Text>;
  return (
    <Table
      label={texts.title}
      columns={COLUMNS}
      rows={found}
      rowKey={({ id }) => id}
      rowHeight={60}
      onOpen={({ id }) => void navigate({ to: '/apps/$app', params: { app: id } })}
      narrow={(app) => (
        <Stack gap={4}>
          <Name app={app} />
          <Group gap="sm">
            <Text span size="xs">
              {texts.actionCount(app.actions)}
            </Text>
            {app.imported && <ImportBar summary={app.imported} width={80} />}
          </Group>
        </Stack>
      )}
    />
  );
}

const COLUMNS: Column<App>[] = [
  { key: 'app', title: texts.app, width: 'minmax(0, 3fr)', cell: (app) => <Name app={app} /> },
  {
    key: 'kind',
    title: texts.kind,
    width: 'minmax(0, 1.4fr)',
    above: 760,
    cell: ({ kind, definition }) => (definition?.catalog ? texts.ofCatalog : texts.kinds[kind]),
  },
  {
    key: 'actions',
    title: texts.actions,
    width: '84px',
    align: 'right',
    cell: (app) => count(app.actions),
  },
  {
    key: 'imported',
    title: texts.imported,
    width: '150px',
    above: 640,
    cell: ({ imported }) => imported && <ImportBar summary={imported} />,
  },
  {
    key: 'connections',
    title: texts.connections,
    width: '110px',
    align: 'right',
    above: 900,
    cell: ({ id }) => <ConnectionCount app={id} />,
  },
  {
    key: 'usedBy',
    title: texts.usedBy,
    width: '170px',
    above: 980,
    cell: ({ id }) => <UseCount app={id} />,
  },
  {
    key: 'updated',
    title: texts.updated,
    width: '120px',
    above: 700,
    cell: ({ updated_at }) => <When at={updated_at} size="sm" />,
  },
];

function Name({ app }: { app: App }): ReactNode {
  return (
    <>
      <Group gap={6} wrap="nowrap">
        <Text span fw={600} className="ellipsis">
          {app.title}
        </Text>
        {app.actions === 0 && (
          <Badge size="xs" variant="default" tt="none" flex="none">
            {texts.noActions}
          </Badge>
        )}
      </Group>
      <Text size="xs" c="dimmed" className="mono ellipsis" title={`${app.key} · ${app.base_url}`}>
        {app.key} · {app.base_url}
      </Text>
    </>
  );
}

/** Read for the rows in sight alone. */
function ConnectionCount({ app }: { app: string }) {
  const may = useMay();
  const query = { app, limit: 200 };
  const connections = $api.useQuery(
    'get',
    '/api/v1/connections',
    { params: { query } },
    { enabled: may('connections:read') },
  );
  if (!connections.data) return <Unknown pending={connections.isFetching} />;
  return `${count(connections.data.items.length)}${connections.data.next ? '+' : ''}`;
}

function UseCount({ app }: { app: string }) {
  const uses = $api.useQuery('get', '/api/v1/apps/{app}/used-by', { params: { path: { app } } });
  if (!uses.data) return <Unknown pending={uses.isFetching} />;
  const { items, customers } = uses.data;
  const parts = [
    items.length > 0 && texts.servers(items.length),
    customers > 0 && texts.customers(customers),
  ].filter(Boolean);
  return (
    <Text span size="sm" c={parts.length === 0 ? 'dimmed' : undefined}>
      {parts.join(', ') || texts.nobody}
    </Text>
  );
}

function Unknown({ pending }: { pending: boolean }) {
  return pending ? <Skeleton h={14} w={40} display="inline-block" /> : '–';
}
