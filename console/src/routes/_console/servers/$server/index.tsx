import { createFileRoute, redirect } from '@tanstack/react-router';

/** A server is, first of all, its tools. */
export const Route = createFileRoute('/_console/servers/$server/')({
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/servers/$server/tools', params, replace: true });
  },
});
