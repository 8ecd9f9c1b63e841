import { Group, Stack, Text } from '@mantine/core';
import type { Schema } from '#api/client';
import { useUsers } from '#api/directory';
import { useSession } from '#api/session';
import { tokenList } from '#texts/tokens';
import { When } from '../figures';
import { StateBadge } from '../stateBadge';
import { type Column, Table } from '../table';

export type Token = Schema<'Token'>;

const COLORS = { live: 'teal', expired: 'gray', revoked: 'red' } as const;

interface TokenRowsProps {
  rows: Token[];
  openId: string | undefined;
  onOpen: (token: Token) => void;
  more?: boolean;
  onEnd?: () => void;
}

export function TokenRows({ rows, openId, onOpen, more, onEnd }: TokenRowsProps) {
  const ownerOf = useOwner();
  const columns: Column<Token>[] = [
    {
      key: 'name',
      title: tokenList.columns.name,
      width: 'minmax(180px, 2fr)',
      cell: (token) => <Name token={token} />,
    },
    {
      key: 'owner',
      title: tokenList.columns.owner,
      width: 'minmax(130px, 1.2fr)',
      above: 720,
      cell: (token) => (
        <Text size="sm" className="ellipsis">
          {ownerOf(token)}
        </Text>
      ),
    },
    {
      key: 'scope',
      title: tokenList.columns.scope,
      width: 'minmax(150px, 1.3fr)',
      above: 860,
      cell: (token) => <Text size="sm">{scopeOf(token)}</Text>,
    },
    {
      key: 'expires',
      title: tokenList.columns.expires,
      width: '120px',
      cell: (token) => <When size="sm" at={token.expires_at} />,
    },
    {
      key: 'lastUsed',
      title: tokenList.columns.lastUsed,
      width: '120px',
      cell: (token) => <When size="sm" at={token.last_used_at} />,
    },
    { key: 'state', title: tokenList.columns.state, width: '96px', cell: (token) => <State token={token} /> },
  ];
  return (
    <Table
      label={tokenList.label}
      columns={columns}
      rows={rows}
      rowKey={(token) => token.id}
      rowHeight={52}
      openKey={openId}
      onOpen={onOpen}
      more={more}
      onEnd={onEnd}
      narrow={(token) => (
        <Stack gap={4}>
          <Group justify="space-between" wrap="nowrap">
            <Name token={token} />
            <State token={token} />
          </Group>
          <Text size="xs" c="dimmed">
            {ownerOf(token)} · {scopeOf(token)}
          </Text>
          <Text size="xs" c="dimmed">
            {tokenList.columns.lastUsed}: <When at={token.last_used_at} />
          </Text>
        </Stack>
      )}
    />
  );
}

function Name({ token }: { token: Token }) {
  return (
    <Stack gap={0} miw={0}>
      <Text size="sm" fw={600} className="ellipsis" title={token.name}>
        {token.name}
      </Text>
      <Text size="xs" c="dimmed" className="mono">
        {token.hint}…
      </Text>
    </Stack>
  );
}

export function State({ token }: { token: Token }) {
  return <StateBadge color={COLORS[token.state]}>{tokenList.states[token.state]}</StateBadge>;
}

/** Whose a token is, for people. */
export function useOwner(): (token: Token) => string {
  const users = useUsers();
  const { user: self } = useSession();
  return ({ user_id, customer_id }) => {
    if (customer_id) return `${tokenList.ownerCustomer} ${customer_id}`;
    if (!user_id) return tokenList.ownerAccount;
    const user = users.data?.find(({ id }) => id === user_id) ?? (self?.id === user_id ? self : undefined);
    if (!user) return user_id;
    return user.disabled ? `${user.email} (${tokenList.ownerShutOut})` : user.email;
  };
}

/** `2 servers · all tools · read-only`. */
export function scopeOf({ scope, permissions = [], customer_id }: Token): string {
  const { servers, tools, read_only } = scope;
  const parts: string[] = [];
  if (customer_id) parts.push(tokenList.connectedApps);
  else if (servers === 'all') parts.push(tokenList.allServers);
  else parts.push(servers.only.length === 0 ? tokenList.noServers : tokenList.servers(servers.only.length));
  if (tools !== 'all') parts.push(tokenList.tools(tools.only.length));
  if (read_only) parts.push(tokenList.readOnly);
  if (permissions.length > 0) parts.push(tokenList.permissions(permissions.length));
  return parts.join(' · ');
}
