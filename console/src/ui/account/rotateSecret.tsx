import { Modal } from '@mantine/core';
import { $api, type Schema } from '#api/client';
import { signing } from '#texts/account';
import { common } from '#texts/common';
import { Rotation } from '../rotation';
import { CreatedSecret } from './createSecret';

type Secret = Schema<'SigningSecret'>;

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
  const rotated = $api.useMutation('post', '/api/v1/signing-secrets/{signing_secret}/rotate', {
    meta: { shown: true },
  });
  if (rotated.data) return <CreatedSecret secret={rotated.data} onClose={onClose} />;
  return (
    <Rotation
      texts={signing}
      pending={rotated.isPending}
      error={rotated.error}
      onCancel={onClose}
      onRotate={(overlap_seconds) =>
        rotated.mutate({ params: { path: { signing_secret: secret.id } }, body: { overlap_seconds } })
      }
    />
  );
}
