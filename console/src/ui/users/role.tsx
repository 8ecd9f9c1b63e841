import { List, Text } from '@mantine/core';
import type { Schema } from '#api/client';
import { users } from '#texts/users';
import { StateBadge } from '../stateBadge';

export type Role = Schema<'Role'>;

export const ROLES: Role[] = ['owner', 'admin', 'manager', 'auditor', 'member'];

const COLORS = { owner: 'grape', admin: 'cyan', manager: 'teal', auditor: 'yellow', member: 'gray' } as const;

export function RoleBadge({ role }: { role: Role }) {
  return <StateBadge color={COLORS[role]}>{users.roles[role]}</StateBadge>;
}

/** What each role may. */
export function RoleList() {
  return (
    <List spacing={6} listStyleType="none">
      {ROLES.map((role) => (
        <List.Item key={role}>
          <RoleBadge role={role} />{' '}
          <Text span size="sm">
            {users.may[role]}
          </Text>
        </List.Item>
      ))}
    </List>
  );
}

/** Whether every server is open to the role; the others need grants. */
export function hasAllServers(role: Role): boolean {
  return role === 'owner' || role === 'admin' || role === 'manager';
}
