import { Badge } from '@mantine/core';
import type { ReactNode } from 'react';
import { mark } from './mark';

/** A state: its color is a dot beside the word, so that the word is read with full contrast. */
export function StateBadge({ color, children }: { color: string; children: ReactNode }) {
  const dot = (
    <span
      aria-hidden
      style={{
        display: 'block',
        width: 7,
        height: 7,
        borderRadius: '50%',
        background: mark(color),
      }}
    />
  );
  return (
    <Badge variant="default" size="sm" fw={600} tt="none" leftSection={dot}>
      {children}
    </Badge>
  );
}
