import { createFileRoute, redirect } from '@tanstack/react-router';
import { client } from '#api/client';
import { sessionQuery } from '#api/session';

/** Where one begins: at the servers, at the first steps while there is none, or at one's own tokens where one may not see servers. */
export const Route = createFileRoute('/_console/')({
  beforeLoad: async ({ context }) => {
    const { permissions } = await context.queries.ensureQueryData(sessionQuery);
    if (!permissions.includes('servers:read')) throw redirect({ to: '/me', replace: true });
    if (!permissions.includes('servers:write')) throw redirect({ to: '/servers', replace: true });
    const { data } = await client.GET('/api/v1/servers', { params: { query: { limit: 1 } } });
    throw redirect({ to: data?.items.length === 0 ? '/start' : '/servers', replace: true });
  },
});
