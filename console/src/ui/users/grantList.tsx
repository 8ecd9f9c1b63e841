import { ActionIcon, Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { $api, type Schema } from '#api/client';
import { useServers } from '#api/directory';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { grants, users } from '#texts/users';
import { Loaded } from '../states';
import { GrantDialog, type Granting } from './grantDialog';
import { hasAllServers } from './role';
import { TakeAway, type Taken } from './takeAway';

/** What one person may see and call. */
export function GrantList({ user }: { user: Schema<'User'> }) {
  const may = useMay();
  const [granting, setGranting] = useState<Granting>();
  const [taken, setTaken] = useState<Taken>();
  const servers = useServers();
  const query = $api.useQuery('get', '/api/v1/users/{user}/grants', {
    params: { path: { user: user.id }, query: { limit: 200 } },
  });
  const nameOf = (id: string) =>
    id === 'all' ? grants.all : (servers.data?.find((server) => server.id === id)?.name ?? id);
  const allowed = may('users:write');
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={2} size="h4">
          {grants.title}
        </Title>
        <Button
          variant="light"
          leftSection={<IconPlus size={16} />}
          disabled={!allowed}
          title={allowed ? undefined : common.needs('users:write')}
          onClick={() => setGranting({ user: user.id })}
        >
          {grants.add}
        </Button>
      </Group>
      {hasAllServers(user.role) && <Text size="sm">{users.allServers}</Text>}
      <Loaded query={query}>
        {({ items }) => (
          <Stack gap="xs">
            {items.length === 0 && !hasAllServers(user.role) && <Text c="dimmed">{grants.none}</Text>}
            {items.map((grant) => (
              <Paper key={grant.id} withBorder p="xs" radius="md">
                <Group justify="space-between">
                  <Group gap="xs">
                    <Text size="sm" fw={600}>
                      {nameOf(grant.server)}
                    </Text>
                    <Scopes scopes={grant.scopes} />
                  </Group>
                  {allowed && (
                    <GrantActs
                      name={nameOf(grant.server)}
                      onEdit={() => setGranting({ user: user.id, grant })}
                      onRemove={() => setTaken({ user: user.id, grant })}
                    />
                  )}
                </Group>
              </Paper>
            ))}
          </Stack>
        )}
      </Loaded>
      <GrantDialog granting={granting} onClose={() => setGranting(undefined)} />
      <TakeAway taken={taken} onClose={() => setTaken(undefined)} />
    </Stack>
  );
}

export function Scopes({ scopes }: { scopes: string[] }) {
  return scopes.map((scope) => (
    <Badge key={scope} variant="light" tt="none" autoContrast>
      {scope}
    </Badge>
  ));
}

interface GrantActsProps {
  name: string;
  onEdit: () => void;
  onRemove: () => void;
}

export function GrantActs({ name, onEdit, onRemove }: GrantActsProps) {
  return (
    <Group gap={4} wrap="nowrap">
      <ActionIcon variant="subtle" aria-label={grants.edit(name)} title={grants.edit(name)} onClick={onEdit}>
        <IconPencil size={16} />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        color="red"
        aria-label={grants.remove(name)}
        title={grants.remove(name)}
        onClick={onRemove}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
  );
}
