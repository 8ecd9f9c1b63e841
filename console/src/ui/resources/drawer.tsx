import { Drawer, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { common } from '#texts/common';

export interface ResourceDrawerProps {
  server: string;
  name: string | undefined;
  adding: boolean;
  onSaved: (name: string) => void;
  onClose: () => void;
}

/** What a resource or a template is written in. */
export function EditorDrawer(props: ResourceDrawerProps & { addTitle: string; children: ReactNode }) {
  const { name, adding, onClose, addTitle, children } = props;
  return (
    <Drawer
      opened={adding || name !== undefined}
      onClose={onClose}
      position="right"
      size="xl"
      title={adding ? addTitle : <Text className="mono ellipsis">{name}</Text>}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      {children}
    </Drawer>
  );
}
