import {
  ActionIcon,
  Alert,
  Button,
  Code,
  CopyButton,
  Group,
  ScrollArea,
  Stack,
  Tooltip,
} from '@mantine/core';
import { IconCheck, IconCopy, IconKey } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { common } from '#texts/common';

/** A small button that copies a text. `label` says what. */
export function Copy({ text, label = common.copy }: { text: string; label?: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? common.copied : label}>
          <ActionIcon variant="subtle" color={copied ? 'teal' : 'gray'} onClick={copy} aria-label={label}>
            {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** A text in one line with its copy button. */
export function CopyText({ text, label }: { text: string; label?: string }) {
  return (
    <Group gap={4} wrap="nowrap" miw={0}>
      <Code className="ellipsis" title={text}>
        {text}
      </Code>
      <Copy text={text} label={label} />
    </Group>
  );
}

/** Text of several lines, as it is, with a copy button. */
export function CopyBlock({ text, label = common.copy }: { text: string; label?: string }) {
  return (
    <Group gap={4} wrap="nowrap" align="flex-start" pos="relative">
      <ScrollArea.Autosize mah={360} flex={1} type="auto">
        <Code block tabIndex={0}>
          {text}
        </Code>
      </ScrollArea.Autosize>
      <Copy text={text} label={label} />
    </Group>
  );
}

/** A secret that is shown this once. */
export function SecretOnce({ secret, children }: { secret: string; children?: ReactNode }) {
  return (
    <Alert color="yellow" icon={<IconKey aria-hidden />} title={common.secretOnce} role="status">
      <Stack gap="xs" align="flex-start">
        <Code block w="100%" className="wrap" data-testid="secret">
          {secret}
        </Code>
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button
              size="xs"
              onClick={copy}
              leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            >
              {copied ? common.copied : common.copy}
            </Button>
          )}
        </CopyButton>
        {children}
      </Stack>
    </Alert>
  );
}
