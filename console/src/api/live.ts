import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

/** The least time between two readings of all that is on the screen, in milliseconds. */
const PAUSE = 500;

/**
 * Reads anew what is on the screen when it was changed elsewhere: by the command line, another browser, another process. A page that
 * nobody sees does not listen: over HTTP/1.1 a browser has six connections to a host, which forgotten tabs would use up.
 */
export function useLive() {
  const queries = useQueryClient();
  useEffect(() => {
    let stop: (() => void) | undefined;
    const follow = () => {
      if (document.visibilityState === 'visible') {
        stop ??= listen(queries);
      } else {
        stop?.();
        stop = undefined;
      }
    };
    const comeBack = () => {
      follow();
      // What was changed while nobody looked.
      if (document.visibilityState === 'visible') void queries.invalidateQueries();
    };
    follow();
    document.addEventListener('visibilitychange', comeBack);
    return () => {
      document.removeEventListener('visibilitychange', comeBack);
      stop?.();
    };
  }, [queries]);
}

/** Follows `watch_events`. While the stream is down the browser comes back by itself, and what was missed is read anew. */
function listen(queries: QueryClient): () => void {
  const stream = new EventSource('/api/v1/events');
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lost = false;
  const readAnew = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void queries.invalidateQueries();
    }, PAUSE);
  };
  stream.addEventListener('changed', readAnew);
  stream.addEventListener('requests', () => {
    void queries.invalidateQueries({ queryKey: ['get', '/api/v1/requests'] });
  });
  stream.addEventListener('error', () => {
    lost = true;
  });
  stream.addEventListener('open', () => {
    if (lost) readAnew();
    lost = false;
  });
  return () => {
    clearTimeout(timer);
    stream.close();
  };
}
