import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { client, type Schema } from '#api/client';
import { itemsOf } from '#api/pages';
import { boundsOf } from '../timeframe';
import type { RequestFilters } from './requestSearch';

export type Row = Schema<'LoggedRequest'>;
type Pages = InfiniteData<Schema<'Page_LoggedRequest'>, string | undefined>;

const PAGE = 200;
/** Between two looks for new rows, in milliseconds: no event tells of those that came through other processes. */
const PAUSE = 3_000;

/**
 * The rows that fit, newest first, read page by page. Rows never change: what was read is not read again, and with `live` what is newer
 * is put on top.
 */
export function useLog(filters: RequestFilters, live: boolean) {
  const { frame, from, to, ...rest } = filters;
  const [now, setNow] = useState(Date.now);
  const query = { ...rest, ...boundsOf({ frame, from, to }, now) };
  const queryKey = ['request log', query];
  const log = useInfiniteQuery({
    queryKey,
    queryFn: async ({ signal, pageParam: cursor }) => {
      const { data } = await client.GET('/api/v1/requests', {
        signal,
        params: { query: { ...query, limit: PAGE, cursor } },
      });
      return data ?? { items: [] };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    staleTime: 'static',
    // Whoever comes back wants to see what is new.
    gcTime: 0,
  });
  const { data, hasNextPage, isFetching, fetchNextPage } = log;
  const rows = itemsOf(data);

  // A page may be empty while the search goes on.
  const lastPage = data?.pages.at(-1);
  const goesOn = lastPage?.items.length === 0 && hasNextPage && !isFetching;
  useEffect(() => {
    if (goesOn) void fetchNextPage();
  }, [goesOn, fetchNextPage]);

  useTail(queryKey, query, rows[0]?.id, live && data !== undefined);
  return { log, rows, query, readAnew: () => setNow(Date.now()) };
}

type LogQuery = Omit<RequestFilters, 'frame'>;

/** Looks for rows after the newest one that is shown, and puts them on top. */
function useTail(queryKey: unknown[], query: LogQuery, newest: string | undefined, enabled: boolean) {
  const queries = useQueryClient();
  useQuery({
    // Of the log's path, so that the event of new rows is for it too.
    queryKey: ['get', '/api/v1/requests', 'tail', query],
    queryFn: async ({ signal }) => {
      const { data } = await client.GET('/api/v1/requests', {
        signal,
        params: { query: { ...query, order: 'oldest', after: newest, limit: PAGE } },
      });
      const newer = data?.items.toReversed() ?? [];
      if (newer.length > 0) {
        queries.setQueryData<Pages>(queryKey, (before) => before && onTop(before, newer));
      }
      return newer.length;
    },
    enabled,
    staleTime: 0,
    gcTime: 0,
    refetchInterval: PAUSE,
  });
}

/** The pages with rows on top of them. */
export function onTop(before: Pages, newer: Row[]): Pages {
  const [first, ...others] = before.pages;
  if (!first) return before;
  const known = new Set(first.items.slice(0, newer.length).map(({ id }) => id));
  const fresh = newer.filter(({ id }) => !known.has(id));
  return { ...before, pages: [{ ...first, items: [...fresh, ...first.items] }, ...others] };
}
