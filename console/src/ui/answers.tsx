import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { common } from '#texts/common';

/** The end of a dialog: to leave it, or what it is for. */
export function Answers({ onCancel, children }: { onCancel: () => void; children: ReactNode }) {
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={onCancel}>
        {common.cancel}
      </Button>
      {children}
    </Group>
  );
}
