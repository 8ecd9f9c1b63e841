import { Button, Paper, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { createFileRoute } from '@tanstack/react-router';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { users } from '#texts/users';
import { Page } from '#ui/page';
import { Forbidden } from '#ui/states';
import { InviteUser } from '#ui/users/inviteUser';
import { RoleList } from '#ui/users/role';
import { UserTable } from '#ui/users/userTable';

export const Route = createFileRoute('/_console/users/')({
  validateSearch: (search: Record<string, unknown>): { invite?: boolean } => ({
    invite: search.invite === true || undefined,
  }),
  component: Users,
});

function Users() {
  const may = useMay();
  const { invite } = Route.useSearch();
  const navigate = Route.useNavigate();
  const allowed = may('users:write');
  return (
    <Page
      title={users.title}
      description={users.description}
      actions={
        <Button
          leftSection={<IconPlus size={16} />}
          disabled={!allowed}
          title={allowed ? undefined : common.needs('users:write')}
          onClick={() => navigate({ search: { invite: true } })}
        >
          {users.invite}
        </Button>
      }
    >
      {may('users:read') ? <UserTable /> : <Forbidden permission="users:read" />}
      <Paper withBorder p="md" radius="md">
        <Title order={2} size="h5" mb="sm">
          {users.rolesTitle}
        </Title>
        <RoleList />
      </Paper>
      <InviteUser opened={invite === true} onClose={() => navigate({ search: {} })} />
    </Page>
  );
}
