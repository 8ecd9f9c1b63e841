import { Group, Stack, Text } from '@mantine/core';
import { IconUsers } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { $api, type Schema } from '#api/client';
import { byCursor, itemsOf } from '#api/pages';
import { users } from '#texts/users';
import { When } from '../figures';
import { TextLink } from '../links';
import { StateBadge } from '../stateBadge';
import { Empty, Loaded } from '../states';
import { type Column, Table } from '../table';
import { RoleBadge } from './role';

type User = Schema<'User'>;

const columns: Column<User>[] = [
  {
    key: 'user',
    title: users.columns.user,
    width: 'minmax(200px, 2fr)',
    cell: (user) => <Who user={user} />,
  },
  { key: 'role', title: users.columns.role, width: '130px', cell: ({ role }) => <RoleBadge role={role} /> },
  { key: 'state', title: users.columns.state, width: '120px', cell: (user) => <UserState user={user} /> },
  {
    key: 'seen',
    title: users.columns.seen,
    width: '130px',
    above: 620,
    cell: (user) => <When size="sm" at={user.last_seen_at} />,
  },
];

export function UserTable() {
  const navigate = useNavigate();
  const query = $api.useInfiniteQuery(
    'get',
    '/api/v1/users',
    { params: { query: { limit: 100 } } },
    byCursor,
  );
  return (
    <Loaded query={query}>
      {(data) => {
        const rows = itemsOf(data);
        if (rows.length === 0) return <Empty icon={<IconUsers />} title={users.label} />;
        return (
          <Table
            label={users.label}
            columns={columns}
            rows={rows}
            rowKey={({ id }) => id}
            rowHeight={52}
            onOpen={({ id }) => navigate({ to: '/users/$user', params: { user: id } })}
            more={query.hasNextPage}
            onEnd={query.fetchNextPage}
            narrow={(user) => (
              <Group justify="space-between" wrap="nowrap">
                <Who user={user} />
                <Stack gap={4} align="flex-end">
                  <RoleBadge role={user.role} />
                  <UserState user={user} />
                </Stack>
              </Group>
            )}
          />
        );
      }}
    </Loaded>
  );
}

function Who({ user: { id, name, email } }: { user: User }) {
  return (
    <Stack gap={0} miw={0}>
      <TextLink size="sm" fw={600} to="/users/$user" params={{ user: id }} className="ellipsis">
        {name || email}
      </TextLink>
      {name && (
        <Text size="xs" c="dimmed" className="ellipsis">
          {email}
        </Text>
      )}
    </Stack>
  );
}

export function UserState({ user: { disabled, has_password } }: { user: User }) {
  const state = disabled ? 'disabled' : has_password ? 'active' : 'invited';
  const color = { disabled: 'red', active: 'teal', invited: 'yellow' }[state];
  return <StateBadge color={color}>{users.states[state]}</StateBadge>;
}
