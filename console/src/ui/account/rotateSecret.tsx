import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { $api, type Schema } from '#api/client';
import { signing } from '#texts/account';
import { common } from '#texts/common';
import { ProblemNote } from '../states';
import { CreatedSecret } from './createSecret';

type Secret = Schema<'SigningSecret'>;

const OVERLAPS = Object.entries(signing.overlaps).map(([value, label]) => ({ value, label }));

export function RotateSecret({ secret, onClose }: { secret: Secret | undefined; onClose: () => void }) {
  return (
    <Modal
      opened={secret !== undefined}
      onClose={onClose}
      title={signing.rotateOf(secret?.name || secret?.id || '')}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      {secret && <Rotating secret={secret} onClose={onClose} />}
    </Modal>
  );
}

function Rotating({ secret, onClose }: { secret: Secret; onClose: () => void }) {
  const [overlap, setOverlap] = useState('86400');
  const rotated = $api.useMutation('post', '/api/v1/signing-secrets/{signing_secret}/rotate', {
    meta: { shown: true },
  });
  if (rotated.data) return <CreatedSecret secret={rotated.data} onClose={onClose} />;
  return (
    <Stack>
      <Text size="sm">{signing.rotateText}</Text>
      <Select
        allowDeselect={false}
        label={signing.overlap}
        data={OVERLAPS}
        value={overlap}
        onChange={(chosen) => chosen && setOverlap(chosen)}
      />
      {rotated.error && <ProblemNote error={rotated.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {common.cancel}
        </Button>
        <Button
          loading={rotated.isPending}
          onClick={() =>
            rotated.mutate({
              params: { path: { signing_secret: secret.id } },
              body: { overlap_seconds: Number(overlap) },
            })
          }
        >
          {signing.rotate}
        </Button>
      </Group>
    </Stack>
  );
}
