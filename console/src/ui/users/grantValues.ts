import type { Schema } from '#api/client';

/** A grant's scopes as the form has them. */
export interface GrantValues {
  read: boolean;
  write: boolean;
  tools: string[];
}

type Scope = Schema<'GrantScope'>;

export function grantValues(scopes: Scope[]): GrantValues {
  return {
    read: scopes.includes('mcp:read'),
    write: scopes.includes('mcp:write'),
    tools: scopes.flatMap((scope) => (scope.startsWith('tool:') ? [scope.slice('tool:'.length)] : [])),
  };
}

export function grantScopes({ read, write, tools }: GrantValues): Scope[] {
  return [
    ...(read ? ['mcp:read'] : []),
    ...(write ? ['mcp:write'] : []),
    ...tools.map((tool) => `tool:${tool}`),
  ];
}
