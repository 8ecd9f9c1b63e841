import { queryOptions } from '@tanstack/react-query';
import { client, type Schema } from '#api/client';
import { everyPage, PAGE_MAX } from '#api/pages';

export type ServerTool = Schema<'ServerTool'>;
export type TestedTool = Schema<'TestedTool'>;
export type Version = 'draft' | 'published';

/** All tools of a draft, in their order. */
export function draftTools(server: string) {
  return queryOptions({
    queryKey: ['get', '/api/v1/servers/{server}/tools', server],
    queryFn: ({ signal }) =>
      everyPage<ServerTool>((cursor) =>
        client.GET('/api/v1/servers/{server}/tools', {
          params: { path: { server }, query: { limit: PAGE_MAX, cursor } },
          signal,
        }),
      ),
  });
}

/** All tools as clients are told of them; those of a draft that cannot be offered are not among them. */
export function offeredTools(server: string, version: Version) {
  return queryOptions({
    queryKey: ['get', '/api/v1/servers/{server}/test/tools', server, version],
    queryFn: ({ signal }) =>
      everyPage<TestedTool>((cursor) =>
        client.GET('/api/v1/servers/{server}/test/tools', {
          params: { path: { server }, query: { version, limit: PAGE_MAX, cursor } },
          signal,
        }),
      ),
  });
}
