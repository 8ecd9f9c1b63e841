import { Stack } from '@mantine/core';
import { createFileRoute } from '@tanstack/react-router';
import { useMay } from '#api/session';
import { Forbidden } from '#ui/states';
import { CreateToken } from '#ui/tokens/createToken';
import { ServerTokens } from '#ui/tokens/serverTokens';
import { TokenDrawer } from '#ui/tokens/tokenDrawer';
import { ServerUsers } from '#ui/users/serverUsers';

export const Route = createFileRoute('/_console/servers/$server/access')({
  validateSearch: (search: Record<string, unknown>): { token?: string; create?: boolean } => ({
    token: typeof search.token === 'string' ? search.token : undefined,
    create: search.create === true || undefined,
  }),
  component: Access,
});

function Access() {
  const may = useMay();
  const { server } = Route.useParams();
  const { token, create } = Route.useSearch();
  const navigate = Route.useNavigate();
  const show = (search: { token?: string; create?: boolean }) => navigate({ search, resetScroll: false });
  return (
    <Stack gap="xl">
      {may('users:read') ? <ServerUsers server={server} /> : <Forbidden permission="users:read" />}
      <ServerTokens
        server={server}
        openId={token}
        onOpen={({ id }) => show({ token: id })}
        onCreate={() => show({ create: true })}
      />
      <TokenDrawer token={token} onOpen={(id) => show({ token: id })} onClose={() => show({})} />
      <CreateToken server={server} opened={create === true} onClose={() => show({})} />
    </Stack>
  );
}
