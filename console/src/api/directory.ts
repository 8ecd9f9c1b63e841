import { useQuery } from '@tanstack/react-query';
import { client } from './client';
import type { PageOf } from './pages';
import { useMay } from './session';

/** What a page of a list holds at most. */
const PAGE = 200;
/** More than these are not read whole: choices among them are made by typing. */
const PAGES_MAX = 10;

async function allOf<Item>(read: (cursor: string | undefined) => Promise<{ data?: PageOf<Item> }>) {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { data } = await read(cursor);
    items.push(...(data?.items ?? []));
    cursor = data?.next;
    if (!cursor) break;
  }
  return items;
}

/** The account's servers, to choose among and to name what is known by its id. */
export function useServers() {
  const may = useMay();
  return useQuery({
    queryKey: ['get', '/api/v1/servers', 'directory'],
    queryFn: ({ signal }) =>
      allOf((cursor) =>
        client.GET('/api/v1/servers', { signal, params: { query: { limit: PAGE, sort: 'name', cursor } } }),
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
      allOf((cursor) => client.GET('/api/v1/users', { signal, params: { query: { limit: PAGE, cursor } } })),
    enabled: may('users:read'),
  });
}

/** The account's tokens, or one's own, likewise. */
export function useTokens() {
  return useQuery({
    queryKey: ['get', '/api/v1/tokens', 'directory'],
    queryFn: ({ signal }) =>
      allOf((cursor) => client.GET('/api/v1/tokens', { signal, params: { query: { limit: PAGE, cursor } } })),
  });
}

/** The account's apps, likewise. */
export function useApps() {
  const may = useMay();
  return useQuery({
    queryKey: ['get', '/api/v1/apps', 'directory'],
    queryFn: ({ signal }) =>
      allOf((cursor) => client.GET('/api/v1/apps', { signal, params: { query: { limit: PAGE, cursor } } })),
    enabled: may('apps:read'),
  });
}
