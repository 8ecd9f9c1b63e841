import { useQuery } from '@tanstack/react-query';
import { client } from './client';
import { everyPage, PAGE_MAX } from './pages';
import { useMay } from './session';

/** More pages than these are not read to choose among. */
const PAGES_MAX = 10;

/** The account's servers, to choose among and to name what is known by its id. */
export function useServers() {
  const may = useMay();
  return useQuery({
    queryKey: ['get', '/api/v1/servers', 'directory'],
    queryFn: ({ signal }) =>
      everyPage(
        (cursor) =>
          client.GET('/api/v1/servers', {
            signal,
            params: { query: { limit: PAGE_MAX, sort: 'name', cursor } },
          }),
        PAGES_MAX,
      ),
    enabled: may('servers:read'),
  });
}

/** The account's people, likewise. */
export function useUsers() {
  const may = useMay();
  return useQuery({
    queryKey: ['get', '/api/v1/users', 'directory'],
    queryFn: ({ signal }) =>
      everyPage(
        (cursor) => client.GET('/api/v1/users', { signal, params: { query: { limit: PAGE_MAX, cursor } } }),
        PAGES_MAX,
      ),
    enabled: may('users:read'),
  });
}

/** The account's tokens, or one's own, likewise. */
export function useTokens() {
  return useQuery({
    queryKey: ['get', '/api/v1/tokens', 'directory'],
    queryFn: ({ signal }) =>
      everyPage(
        (cursor) => client.GET('/api/v1/tokens', { signal, params: { query: { limit: PAGE_MAX, cursor } } }),
        PAGES_MAX,
      ),
  });
}

/** The account's apps, likewise. */
export function useApps() {
  const may = useMay();
  return useQuery({
    queryKey: ['get', '/api/v1/apps', 'directory'],
    queryFn: ({ signal }) =>
      everyPage(
        (cursor) => client.GET('/api/v1/apps', { signal, params: { query: { limit: PAGE_MAX, cursor } } }),
        PAGES_MAX,
      ),
    enabled: may('apps:read'),
  });
}
