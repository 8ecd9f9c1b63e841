import type { Schema } from '#api/client';
import { limits } from '#texts/limits';

type Target = Schema<'LimitTarget'>;

const texts = limits.of;

/** `each tool of Demo bookshop`. */
export function targetText(target: Target, nameOf: (id: string) => string): string {
  switch (target.kind) {
    case 'account':
      return texts.account;
    case 'server':
      return target.server ? nameOf(target.server) : texts.eachServer;
    case 'tool':
      return toolText(target.tool ?? undefined, target.server ? nameOf(target.server) : undefined);
    case 'token':
      return target.token ? nameOf(target.token) : texts.eachToken;
    case 'user':
      return target.user ? nameOf(target.user) : texts.eachUser;
  }
}

function toolText(tool: string | undefined, server: string | undefined): string {
  if (tool && server) return texts.toolOf(tool, server);
  if (tool) return texts.tool(tool);
  return server ? texts.eachToolOf(server) : texts.eachTool;
}

/** Whether it counts the calls of that server, apart or among others. */
export function countsServer(target: Target, server: string): boolean {
  if (target.kind !== 'server' && target.kind !== 'tool') return false;
  return !target.server || target.server === server;
}
