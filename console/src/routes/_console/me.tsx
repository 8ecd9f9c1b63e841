import { Button, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { createFileRoute } from '@tanstack/react-router';
import { useSession } from '#api/session';
import { me } from '#texts/me';
import { tokens } from '#texts/tokens';
import { Page } from '#ui/page';
import { CreateToken } from '#ui/tokens/createToken';
import { TokenDrawer } from '#ui/tokens/tokenDrawer';
import { TokenTable } from '#ui/tokens/tokenTable';
import { Profile } from '#ui/users/profile';

export const Route = createFileRoute('/_console/me')({
  validateSearch: (search: Record<string, unknown>): { token?: string; create?: boolean } => ({
    token: typeof search.token === 'string' ? search.token : undefined,
    create: search.create === true || undefined,
  }),
  component: Me,
});

function Me() {
  const { user } = useSession();
  const { token, create } = Route.useSearch();
  const navigate = Route.useNavigate();
  const show = (search: { token?: string; create?: boolean }) => navigate({ search, resetScroll: false });
  return (
    <Page
      title={me.title}
      description={me.description}
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => show({ create: true })}>
          {tokens.create}
        </Button>
      }
    >
      {user ? (
        <>
          <TokenTable
            filters={{ owner: user.id }}
            openId={token}
            onOpen={({ id }) => show({ token: id })}
            onCreate={() => show({ create: true })}
          />
          <Profile user={user} />
        </>
      ) : (
        <Text c="dimmed">{me.noPerson}</Text>
      )}
      <TokenDrawer token={token} onOpen={(id) => show({ token: id })} onClose={() => show({})} />
      <CreateToken opened={create === true} onClose={() => show({})} />
    </Page>
  );
}
