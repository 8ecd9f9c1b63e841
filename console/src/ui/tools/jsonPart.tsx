import { Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { same } from '#api/mergePatch';
import { toolPanel } from '#texts/tools';
import { Code } from '../code';
import { readObject } from '../schemaForm/readObject';
import type { PartProps } from './toolDrawer';

const texts = toolPanel.json;

/** The settings as the API has them, to be written by hand; the other tabs show the same. */
export function JsonPart(props: PartProps & { onInvalid: (reason: string | undefined) => void }) {
  const { draft, onDraft, readOnly, onInvalid } = props;
  const [written, setWritten] = useState(() => JSON.stringify(draft.settings, undefined, 2));
  const read = readObject(written);
  // What was discarded or changed elsewhere replaces what was written.
  const text =
    read.value && !same(read.value, draft.settings) ? JSON.stringify(draft.settings, undefined, 2) : written;
  const write = (next: string) => {
    setWritten(next);
    const { value, error } = readObject(next);
    onInvalid(error);
    if (value) onDraft({ settings: value });
  };
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {texts.text}
      </Text>
      <Code
        label={texts.label}
        value={text}
        onChange={write}
        readOnly={readOnly}
        error={read.error}
        minHeight="240px"
        maxHeight="60vh"
      />
    </Stack>
  );
}
