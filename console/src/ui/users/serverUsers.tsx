import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQueries } from '@tanstack/react-query';
import { useState } from 'react';
import { $api, type Schema } from '#api/client';
import { useUsers } from '#api/directory';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { access, grants } from '#texts/users';
import { TextLink } from '../links';
import { Loaded } from '../states';
import { type Column, Table } from '../table';
import { GrantDialog, type Granting } from './grantDialog';
import { GrantActs, Scopes } from './grantList';
import { hasAllServers, RoleBadge } from './role';
import { TakeAway, type Taken } from './takeAway';

interface Reaching {
  user: Schema<'User'>;
  /** Absent where the role is enough. */
  grant?: Schema<'Grant'>;
}

/** People that may call one server: by role, or by a grant. */
export function ServerUsers({ server }: { server: string }) {
  const may = useMay();
  const users = useUsers();
  const [granting, setGranting] = useState<Granting>();
  const [taken, setTaken] = useState<Taken>();
  const reaching = useReaching(server, users.data ?? []);
  const allowed = may('users:write');
  // A grant for all servers is a matter of the user's own page.
  const acts = ({ user, grant }: Reaching) =>
    grant?.server === server &&
    allowed && (
      <GrantActs
        name={user.email}
        onEdit={() => setGranting({ user: user.id, server, grant })}
        onRemove={() => setTaken({ user: user.id, grant })}
      />
    );
  const columns: Column<Reaching>[] = [
    {
      key: 'user',
      title: grants.user,
      width: 'minmax(180px, 1.6fr)',
      cell: ({ user }) => (
        <TextLink size="sm" to="/users/$user" params={{ user: user.id }} className="ellipsis">
          {user.name || user.email}
        </TextLink>
      ),
    },
    {
      key: 'role',
      title: '',
      width: '120px',
      above: 620,
      cell: ({ user }) => <RoleBadge role={user.role} />,
    },
    { key: 'scopes', title: grants.scopes, width: 'minmax(180px, 2fr)', cell: (row) => <Reach row={row} /> },
    {
      key: 'acts',
      title: <span className="spoken">{common.actions}</span>,
      width: '90px',
      align: 'right',
      cell: acts,
    },
  ];
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Stack gap={0}>
          <Title order={2} size="h4">
            {access.users}
          </Title>
          <Text size="sm" c="dimmed">
            {access.usersText}
          </Text>
        </Stack>
        <Button
          variant="light"
          leftSection={<IconPlus size={16} />}
          disabled={!allowed}
          title={allowed ? undefined : common.needs('users:write')}
          onClick={() => setGranting({ server })}
        >
          {grants.add}
        </Button>
      </Group>
      <Loaded query={users}>
        {() => (
          <Table
            label={access.users}
            columns={columns}
            rows={reaching}
            rowKey={({ user, grant }) => `${user.id} ${grant?.id}`}
            rowHeight={44}
            narrow={({ user, grant }) => (
              <Group justify="space-between" wrap="nowrap">
                <Stack gap={4} miw={0}>
                  <TextLink size="sm" to="/users/$user" params={{ user: user.id }} className="ellipsis">
                    {user.name || user.email}
                  </TextLink>
                  <Reach row={{ user, grant }} />
                  <RoleBadge role={user.role} />
                </Stack>
                {acts({ user, grant })}
              </Group>
            )}
            maxHeight="360px"
          />
        )}
      </Loaded>
      <GrantDialog granting={granting} onClose={() => setGranting(undefined)} />
      <TakeAway taken={taken} onClose={() => setTaken(undefined)} />
    </Stack>
  );
}

function Reach({ row: { grant } }: { row: Reaching }) {
  if (!grant) {
    return (
      <Text size="sm" c="dimmed">
        {access.byRole}
      </Text>
    );
  }
  return (
    <Group gap={6}>
      <Scopes scopes={grant.scopes} />
      {grant.server === 'all' && (
        <Text size="xs" c="dimmed">
          {access.byAll}
        </Text>
      )}
    </Group>
  );
}

/** Grants are a user's: those of everybody who needs one are read. */
function useReaching(server: string, users: Schema<'User'>[]): Reaching[] {
  const needing = users.filter(({ role }) => !hasAllServers(role));
  const lists = useQueries({
    queries: needing.map((user) =>
      $api.queryOptions('get', '/api/v1/users/{user}/grants', {
        params: { path: { user: user.id }, query: { limit: 200 } },
      }),
    ),
  });
  const byRole = users.filter(({ role }) => hasAllServers(role)).map((user) => ({ user }));
  const byGrant = needing.flatMap((user, index) => {
    const items = lists[index]?.data?.items ?? [];
    return items
      .filter((grant) => grant.server === server || grant.server === 'all')
      .map((grant) => ({ user, grant }));
  });
  return [...byGrant, ...byRole];
}
