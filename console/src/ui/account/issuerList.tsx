import { ActionIcon, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { issuers } from '#texts/account';
import { common } from '#texts/common';
import { Confirm } from '../confirm';
import { Loaded } from '../states';
import { toast } from '../toasts';
import { IssuerDialog } from './issuerDialog';

type Issuer = Schema<'Issuer'>;

/** Whoever else signs customers' tokens. */
export function IssuerList() {
  const may = useMay();
  const [opened, setOpened] = useState<Issuer | 'new'>();
  const [removing, setRemoving] = useState<Issuer>();
  const query = $api.useQuery('get', '/api/v1/issuers', { params: { query: { limit: 200 } } });
  const allowed = may('signers:write');
  const reason = allowed ? undefined : common.needs('signers:write');
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Stack gap={0}>
          <Title order={2} size="h4">
            {issuers.title}
          </Title>
          <Text size="sm" c="dimmed">
            {issuers.text}
          </Text>
        </Stack>
        <Button
          variant="light"
          leftSection={<IconPlus size={16} />}
          disabled={!allowed}
          title={reason}
          onClick={() => setOpened('new')}
        >
          {issuers.create}
        </Button>
      </Group>
      <Loaded query={query}>
        {({ items }) => (
          <Stack gap="xs">
            {items.length === 0 && <Text c="dimmed">{issuers.empty}</Text>}
            {items.map((issuer) => (
              <Paper key={issuer.id} withBorder p="sm" radius="md">
                <Group justify="space-between" wrap="nowrap">
                  <Stack gap={0} miw={0}>
                    <Text size="sm" fw={600} className="ellipsis">
                      {issuer.issuer}
                    </Text>
                    <Text size="xs" c="dimmed" className="ellipsis">
                      {issuers.audience}: {issuer.audience} · {issuer.jwks_url ?? issuers.keysHere}
                    </Text>
                  </Stack>
                  <Group gap={4} wrap="nowrap">
                    <ActionIcon
                      variant="subtle"
                      disabled={!allowed}
                      aria-label={issuers.edit(issuer.issuer)}
                      title={reason}
                      onClick={() => setOpened(issuer)}
                    >
                      <IconPencil size={16} />
                    </ActionIcon>
                    <ActionIcon
                      variant="subtle"
                      color="red"
                      disabled={!allowed}
                      aria-label={issuers.remove(issuer.issuer)}
                      title={reason}
                      onClick={() => setRemoving(issuer)}
                    >
                      <IconTrash size={16} />
                    </ActionIcon>
                  </Group>
                </Group>
              </Paper>
            ))}
          </Stack>
        )}
      </Loaded>
      <IssuerDialog issuer={opened} onClose={() => setOpened(undefined)} />
      <Remove issuer={removing} onClose={() => setRemoving(undefined)} />
    </Stack>
  );
}

function Remove({ issuer, onClose }: { issuer: Issuer | undefined; onClose: () => void }) {
  const removed = $api.useMutation('delete', '/api/v1/issuers/{issuer}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(issuers.removed);
      onClose();
    },
  });
  return (
    <Confirm
      opened={issuer !== undefined}
      onClose={onClose}
      title={issuers.removeTitle(issuer?.issuer ?? '')}
      name={issuer?.issuer}
      act={common.delete}
      pending={removed.isPending}
      error={removed.error}
      onConfirm={() =>
        issuer &&
        removed.mutate({ params: { path: { issuer: issuer.id }, header: ifMatch(issuer.revision) } })
      }
    >
      {issuers.removeText}
    </Confirm>
  );
}
