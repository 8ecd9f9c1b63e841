import { createFileRoute, redirect } from '@tanstack/react-router';
import { asProblem } from '#api/problem';
import { sessionQuery } from '#api/session';
import { Shell } from '#ui/shell/shell';

/** All pages of whoever is signed in. */
export const Route = createFileRoute('/_console')({
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queries.ensureQueryData(sessionQuery);
    } catch (error) {
      if (asProblem(error).status !== 401) throw error;
      throw redirect({ to: '/sign-in', search: { next: location.href } });
    }
  },
  component: Shell,
});
