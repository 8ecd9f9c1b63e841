import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { $api, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { signing } from '#texts/account';
import { common } from '#texts/common';
import { Confirm } from '../confirm';
import { When } from '../figures';
import { Loaded } from '../states';
import { toast } from '../toasts';
import { CreateSecret } from './createSecret';
import { RotateSecret } from './rotateSecret';

type Secret = Schema<'SigningSecret'>;
type Opened = { act: 'create' } | { act: 'rotate' | 'retire'; secret: Secret };

/** Secrets that the account's own product signs its customers' tokens with. */
export function SigningSecrets() {
  const may = useMay();
  const [opened, setOpened] = useState<Opened>();
  const query = $api.useQuery('get', '/api/v1/signing-secrets', { params: { query: { limit: 200 } } });
  const allowed = may('signers:write');
  const reason = allowed ? undefined : common.needs('signers:write');
  const close = () => setOpened(undefined);
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Stack gap={0}>
          <Title order={2} size="h4">
            {signing.title}
          </Title>
          <Text size="sm" c="dimmed">
            {signing.text}
          </Text>
        </Stack>
        <Button
          variant="light"
          leftSection={<IconPlus size={16} />}
          disabled={!allowed}
          title={reason}
          onClick={() => setOpened({ act: 'create' })}
        >
          {signing.create}
        </Button>
      </Group>
      <Loaded query={query}>
        {({ items }) => (
          <Stack gap="xs">
            {items.length === 0 && <Text c="dimmed">{signing.empty}</Text>}
            {items.map((secret) => (
              <SecretRow
                key={secret.id}
                secret={secret}
                reason={reason}
                onAct={(act) => setOpened({ act, secret })}
              />
            ))}
          </Stack>
        )}
      </Loaded>
      <CreateSecret opened={opened?.act === 'create'} onClose={close} />
      <RotateSecret secret={opened?.act === 'rotate' ? opened.secret : undefined} onClose={close} />
      <Retire secret={opened?.act === 'retire' ? opened.secret : undefined} onClose={close} />
    </Stack>
  );
}

interface SecretRowProps {
  secret: Secret;
  reason: string | undefined;
  onAct: (act: 'rotate' | 'retire') => void;
}

function SecretRow({ secret, reason, onAct }: SecretRowProps) {
  const name = secret.name || secret.id;
  return (
    <Paper withBorder p="sm" radius="md">
      <Group justify="space-between">
        <Stack gap={0} miw={0}>
          <Text size="sm" fw={600}>
            {name} · {secret.algorithm}
          </Text>
          <Text size="xs" c="dimmed" className="mono ellipsis">
            {secret.id}
          </Text>
          <Text size="xs" c="dimmed">
            {signing.madeAt} <When at={secret.created_at} />
            {secret.retires_at && (
              <>
                {' '}
                · {signing.retires} <When at={secret.retires_at} />
              </>
            )}
          </Text>
        </Stack>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            disabled={!!reason}
            title={reason}
            aria-label={signing.rotateOf(name)}
            onClick={() => onAct('rotate')}
          >
            {signing.rotate}
          </Button>
          <Button
            size="xs"
            variant="light"
            color="red"
            disabled={!!reason}
            title={reason}
            aria-label={signing.retireOf(name)}
            onClick={() => onAct('retire')}
          >
            {signing.retire}
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}

function Retire({ secret, onClose }: { secret: Secret | undefined; onClose: () => void }) {
  const retired = $api.useMutation('delete', '/api/v1/signing-secrets/{signing_secret}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(signing.retired);
      onClose();
    },
  });
  const name = secret?.name || secret?.id;
  return (
    <Confirm
      opened={secret !== undefined}
      onClose={onClose}
      title={signing.retireTitle(name ?? '')}
      name={name}
      act={signing.retire}
      pending={retired.isPending}
      error={retired.error}
      onConfirm={() =>
        secret &&
        retired.mutate({
          params: { path: { signing_secret: secret.id }, header: { 'If-Match': '*' } },
        })
      }
    >
      {signing.retireText}
    </Confirm>
  );
}
