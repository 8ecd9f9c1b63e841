import { useQuery } from '@tanstack/react-query';
import { client } from '#api/client';
import { useApps } from '#api/directory';
import { everyPage, PAGE_MAX } from '#api/pages';

export interface UsedApp {
  app: string;
  title: string;
  /** How many tools of the draft are its. */
  tools: number;
}

/** The apps that a server's draft has tools of, the most used first. */
export function useAppsOfServer(server: string) {
  const apps = useApps();
  const titleOf = (id: string) => apps.data?.find((app) => app.id === id)?.title ?? id;
  return useQuery({
    queryKey: ['get', '/api/v1/servers/{server}/tools', server, 'apps'],
    queryFn: async ({ signal }) => {
      const tools = await everyPage((cursor) =>
        client.GET('/api/v1/servers/{server}/tools', {
          params: { path: { server }, query: { limit: PAGE_MAX, cursor } },
          signal,
        }),
      );
      const counts = new Map<string, number>();
      for (const { app } of tools) counts.set(app, (counts.get(app) ?? 0) + 1);
      return [...counts].sort(([, one], [, other]) => other - one);
    },
    select: (counts): UsedApp[] => counts.map(([app, tools]) => ({ app, title: titleOf(app), tools })),
  });
}
