import { Group, Stack, Text } from '@mantine/core';
import type { Schema } from '#api/client';
import { prompts as texts } from '#texts/prompts';
import { StateBadge } from '../stateBadge';

interface DraftNameProps {
  name: string;
  title?: string | null;
  description?: string | null;
  /** How the draft differs from what is published. */
  changes: Schema<'NameChanges'> | undefined;
}

/** A prompt, resource or template of a draft in a list. */
export function DraftName({ name, title, description, changes }: DraftNameProps) {
  const change = (['added', 'changed'] as const).find((kind) => changes?.[kind].includes(name));
  return (
    <Stack gap={0} miw={0}>
      <Group gap={6} wrap="nowrap">
        <Text className="mono ellipsis" fw={600}>
          {name}
        </Text>
        {change && <StateBadge color="blue">{texts.change[change]}</StateBadge>}
      </Group>
      <Text size="xs" c="dimmed" className="ellipsis">
        {title ?? description}
      </Text>
    </Stack>
  );
}
