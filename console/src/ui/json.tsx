import { Box } from '@mantine/core';
import { useMemo } from 'react';
import { editors } from '#texts/editors';
import { Code } from './code';
import { Copy } from './copy';

interface JsonProps {
  value: unknown;
  /** What it is. */
  label?: string;
  maxHeight?: string;
}

/** JSON to read: indented, folding, searchable, with a copy button. */
export function Json({ value, label = editors.json, maxHeight }: JsonProps) {
  const text = useMemo(() => JSON.stringify(value, undefined, 2) ?? '', [value]);
  return (
    <Box pos="relative">
      <Code label={label} value={text} readOnly minHeight="0" maxHeight={maxHeight} />
      <Box pos="absolute" top={4} right={12}>
        <Copy text={text} label={editors.copyJson} />
      </Box>
    </Box>
  );
}
