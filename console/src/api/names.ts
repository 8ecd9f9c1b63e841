import { common } from '#texts/common';
import { useServers, useTokens, useUsers } from './directory';

/** Stands for no server, but for what customers have connected, at `/mcp`. */
const CONNECTED_APPS = `srv_${'0'.repeat(32)}`;

/** What servers, tokens and users are called; an id where that is not known. */
export function useNames(): (id: string) => string {
  const servers = useServers();
  const tokens = useTokens();
  const users = useUsers();
  const names = new Map<string, string>([
    [CONNECTED_APPS, common.connectedApps],
    ...(servers.data ?? []).map(({ id, name }): [string, string] => [id, name]),
    ...(tokens.data ?? []).map(({ id, name }): [string, string] => [id, name]),
    ...(users.data ?? []).map(({ id, email }): [string, string] => [id, email]),
  ]);
  return (id) => names.get(id) ?? id;
}
