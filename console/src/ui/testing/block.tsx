import { Box, Button, Group, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { Schema } from '#api/client';
import { testing as texts } from '#texts/testing';
import { Code } from '../code';
import { Copy } from '../copy';
import { bytes } from '../figures';

/** Types of images that are drawn; others are files. */
const DRAWN = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** One block of a result. Whatever it says is shown, never run and never followed. */
export function Block({ block }: { block: Schema<'TestContent'> }) {
  switch (block.type) {
    case 'text':
      return <TextBlock label={texts.text} text={block.text} />;
    case 'image':
      return <FileBlock title={texts.image(block.mime_type)} type={block.mime_type} data={block.data} />;
    case 'audio':
      return <FileBlock title={texts.audio(block.mime_type)} type={block.mime_type} data={block.data} />;
    case 'resource':
      return block.text == null ? (
        <FileBlock title={texts.resource(block.uri)} type={block.mime_type} data={block.blob ?? ''} />
      ) : (
        <Stack gap={4}>
          <Text size="sm">{texts.resource(block.uri)}</Text>
          <TextBlock label={texts.resource(block.uri)} text={block.text} />
        </Stack>
      );
  }
}

function TextBlock({ label, text }: { label: string; text: string }) {
  const json = useMemo(() => pretty(text), [text]);
  return (
    <Box pos="relative">
      <Code
        label={label}
        value={json ?? text}
        language={json === undefined ? 'text' : 'json'}
        readOnly
        minHeight="0"
        maxHeight="60vh"
      />
      <Box pos="absolute" top={4} right={12}>
        <Copy text={text} />
      </Box>
    </Box>
  );
}

/** Bytes: drawn where they are a picture, else kept as a file. */
export function FileBlock({ title, type, data }: { title: string; type: string; data: string }) {
  const size = Math.floor((data.replace(/=+$/, '').length * 3) / 4);
  const save = () => {
    const raw = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    // Of no type that a browser would open instead of keeping it.
    const url = URL.createObjectURL(new Blob([raw], { type: 'application/octet-stream' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `result.${/^[a-z]+\/([a-z0-9]+)$/.exec(type)?.[1] ?? 'bin'}`;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <Stack gap="xs" align="flex-start">
      <Group gap="sm">
        <Text size="sm">{title}</Text>
        <Text size="sm" c="dimmed">
          {texts.binary(type, bytes(size))}
        </Text>
        <Button size="compact-xs" variant="light" leftSection={<IconDownload size={14} />} onClick={save}>
          {texts.download}
        </Button>
      </Group>
      {DRAWN.has(type) && (
        <img src={`data:${type};base64,${data}`} alt={title} style={{ maxWidth: '100%', maxHeight: 480 }} />
      )}
    </Stack>
  );
}

function pretty(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return undefined;
  }
}
