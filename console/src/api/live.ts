import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

/** The least time between two readings of all that is on the screen, in milliseconds. */
const PAUSE = 500;

/**
 * Reads anew what is on the screen when it was changed elsewhere: by the command line, another browser, another process. The stream is
 * `watch_events`; while it is down the browser comes back by itself, and what was missed is read anew.
 */
export function useLive() {
  const queries = useQueryClient();
  useEffect(() => {
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
    stream.addEventListener('open', () => {
      if (lost) readAnew();
      lost = false;
    });
    stream.addEventListener('error', () => {
      lost = true;
    });
    stream.addEventListener('requests', () => {
      void queries.invalidateQueries({ queryKey: ['get', '/api/v1/requests'] });
    });
    return () => {
      clearTimeout(timer);
      stream.close();
    };
  }, [queries]);
}
