import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { $api, type Schema } from '#api/client';
import { common } from '#texts/common';
import { tokenList, tokens } from '#texts/tokens';
import { SecretOnce } from '../copy';
import { Rotation } from '../rotation';

interface RotateTokenProps {
  token: Schema<'Token'>;
  opened: boolean;
  onClose: () => void;
}

/** Makes a token in the place of another, which works on for a while. */
export function RotateToken(props: RotateTokenProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={tokenList.rotateTitle(props.token.name)}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Rotating {...props} />
    </Modal>
  );
}

function Rotating({ token, onClose }: RotateTokenProps) {
  const rotated = $api.useMutation('post', '/api/v1/tokens/{token}/rotate', { meta: { shown: true } });
  if (rotated.data) {
    return (
      <Stack>
        <Text fw={600}>{tokens.createdTitle}</Text>
        <SecretOnce secret={rotated.data.token} />
        <Group justify="flex-end">
          <Button onClick={onClose}>{tokens.done}</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Rotation
      texts={tokenList}
      pending={rotated.isPending}
      error={rotated.error}
      onCancel={onClose}
      onRotate={(overlap_seconds) =>
        rotated.mutate({ params: { path: { token: token.id } }, body: { overlap_seconds } })
      }
    />
  );
}
