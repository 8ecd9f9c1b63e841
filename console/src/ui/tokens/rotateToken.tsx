import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { $api, type Schema } from '#api/client';
import { common } from '#texts/common';
import { tokenList, tokens } from '#texts/tokens';
import { SecretOnce } from '../copy';
import { ProblemNote } from '../states';

const OVERLAPS = Object.entries(tokenList.overlaps).map(([value, label]) => ({ value, label }));

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
  const [overlap, setOverlap] = useState('86400');
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
    <Stack>
      <Text size="sm">{tokenList.rotateText}</Text>
      <Select
        allowDeselect={false}
        label={tokenList.overlap}
        data={OVERLAPS}
        value={overlap}
        onChange={(value) => value && setOverlap(value)}
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
              params: { path: { token: token.id } },
              body: { overlap_seconds: Number(overlap) },
            })
          }
        >
          {tokenList.rotate}
        </Button>
      </Group>
    </Stack>
  );
}
