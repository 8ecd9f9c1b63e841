import { Paper, SimpleGrid, Stack, Title } from '@mantine/core';
import { createFileRoute } from '@tanstack/react-router';
import { $api, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { users } from '#texts/users';
import { Facts } from '#ui/facts';
import { When } from '#ui/figures';
import { TextLink } from '#ui/links';
import { Page } from '#ui/page';
import { Loaded } from '#ui/states';
import { GrantList } from '#ui/users/grantList';
import { RoleBadge } from '#ui/users/role';
import { UserActs } from '#ui/users/userActs';
import { UserSettings } from '#ui/users/userSettings';
import { UserState } from '#ui/users/userTable';

export const Route = createFileRoute('/_console/users/$user')({ component: User });

function User() {
  const { user } = Route.useParams();
  const query = $api.useQuery('get', '/api/v1/users/{user}', { params: { path: { user } } });
  return <Loaded query={query}>{(found) => <Known user={found} />}</Loaded>;
}

function Known({ user }: { user: Schema<'User'> }) {
  const may = useMay();
  return (
    <Page
      title={user.name || user.email}
      crumbs={[
        <TextLink key="users" size="sm" to="/users">
          {users.title}
        </TextLink>,
      ]}
      badges={
        <>
          <RoleBadge role={user.role} />
          <UserState user={user} />
        </>
      }
      actions={<UserActs user={user} />}
    >
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Paper withBorder p="md" radius="md">
          <Stack>
            <Title order={2} size="h4">
              {users.facts}
            </Title>
            <Facts
              facts={{
                [users.email]: user.email,
                [users.created]: <When at={user.created_at} />,
                [users.lastSeen]: <When at={user.last_seen_at} />,
                [users.hasPassword]: user.has_password ? users.hasPasswordYes : users.hasPasswordNo,
              }}
            />
            {may('tokens:read') && (
              <TextLink size="sm" to="/tokens" search={{ owner: user.id }}>
                {users.tokens}
              </TextLink>
            )}
            {may('requests:read') && (
              <TextLink size="sm" to="/requests" search={{ principal: user.id }}>
                {users.log}
              </TextLink>
            )}
            {may('audit:read') && (
              <TextLink size="sm" to="/audit" search={{ actor: user.id }}>
                {users.audit}
              </TextLink>
            )}
          </Stack>
        </Paper>
        <UserSettings key={user.revision} user={user} />
      </SimpleGrid>
      <GrantList user={user} />
    </Page>
  );
}
