import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { client, rememberCsrfToken, type Schema } from './client';

export type Session = Schema<'Session'>;
export type Permission = Schema<'Permission'>;

/** Who is signed in. Throws a `Problem` of status 401 when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['get', '/api/v1/session'],
  queryFn: async ({ signal }) => {
    const { data } = await client.GET('/api/v1/session', { signal });
    if (!data) throw new Error('the session is empty');
    rememberCsrfToken(data.csrf_token);
    return data;
  },
  staleTime: 60_000,
  retry: false,
});

/** The session of whoever sees the page. Pages behind the sign-in have one. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

/** Whether the caller may; what it may not is shown disabled, with the reason. */
export function useMay(): (permission: Permission) => boolean {
  const { permissions } = useSession();
  return (permission) => permissions.includes(permission);
}
