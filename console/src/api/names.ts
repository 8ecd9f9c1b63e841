import { useServers, useTokens, useUsers } from './directory';

/** What servers, tokens and users are called; an id where that is not known. */
export function useNames(): (id: string) => string {
  const servers = useServers();
  const tokens = useTokens();
  const users = useUsers();
  const names = new Map<string, string>([
    ...(servers.data ?? []).map(({ id, name }): [string, string] => [id, name]),
    ...(tokens.data ?? []).map(({ id, name }): [string, string] => [id, name]),
    ...(users.data ?? []).map(({ id, email }): [string, string] => [id, email]),
  ]);
  return (id) => names.get(id) ?? id;
}
