import { createFileRoute, redirect } from '@tanstack/react-router';
import { sessionQuery } from '#api/session';

/** Where one begins: at the servers, or at one's own tokens where one may not see servers. */
export const Route = createFileRoute('/_console/')({
  beforeLoad: async ({ context }) => {
    const { permissions } = await context.queries.ensureQueryData(sessionQuery);
    throw redirect({ to: permissions.includes('servers:read') ? '/servers' : '/me', replace: true });
  },
});
