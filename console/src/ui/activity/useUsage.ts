import { useQuery } from '@tanstack/react-query';
import { client } from '#api/client';
import { everyPage, PAGE_MAX } from '#api/pages';
import { type ActivitySearch, daysOf, type Group } from './activitySearch';

/** A tool's name means something on its server alone. */
const KEPT_APART: Record<Group, string> = {
  server: 'server',
  tool: 'server,tool',
  token: 'token',
  user: 'user',
};

/** Usage by the day, and by what it is summed by. */
export function useUsage(
  { days = 30, by = 'server', server, tool, token, user }: ActivitySearch,
  now: number,
) {
  const span = daysOf(days, now);
  const filters = { server, tool, token, user, from: span[0], to: span.at(-1) };
  return { span, byDay: useSums(filters, 'day'), byGroup: useSums(filters, KEPT_APART[by]) };
}

interface Filters {
  server?: string;
  tool?: string;
  token?: string;
  user?: string;
  from?: string;
  to?: string;
}

function useSums(filters: Filters, group_by: string) {
  return useQuery({
    queryKey: ['get', '/api/v1/usage', filters, group_by],
    queryFn: ({ signal }) =>
      everyPage((cursor) =>
        client.GET('/api/v1/usage', {
          signal,
          params: { query: { ...filters, group_by, limit: PAGE_MAX, cursor } },
        }),
      ),
  });
}
