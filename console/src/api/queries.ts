import { MutationCache, QueryClient } from '@tanstack/react-query';
import { Problem } from './problem';

declare module '@tanstack/react-query' {
  interface Register {
    mutationMeta: {
      /** The failure is shown where the change was asked for; no message beside it. */
      shown?: boolean;
    };
  }
}

/**
 * The server state of the page. After any change all that is on the screen is read anew, so no screen has to know what else a change
 * touches. `failed` is told of changes that failed and whose failure nobody shows.
 */
export function createQueries(failed: (error: unknown) => void): QueryClient {
  const queries: QueryClient = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // Only what may pass by itself is tried again.
        retry: (count, error) =>
          count < 2 && error instanceof Problem && [0, 502, 503, 504].includes(error.status),
      },
    },
    mutationCache: new MutationCache({
      onSuccess: () => queries.invalidateQueries(),
      onError: (error, _variables, _result, mutation) => {
        if (!mutation.meta?.shown) failed(error);
      },
    }),
  });
  return queries;
}
