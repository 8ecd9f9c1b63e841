import { Badge, Group, Stack, Text } from '@mantine/core';
import type { Schema } from '#api/client';
import { actions as texts } from '#texts/actions';
import { ActionMarks } from './actionPicker';
import { Method } from './method';

/** What an action does and how it is called. */
export function ActionFacts({ action }: { action: Schema<'Action'> }) {
  const { annotations } = action;
  const hints = [
    annotations.read_only && texts.hints.readOnly,
    !annotations.read_only && annotations.destructive && texts.hints.destructive,
    annotations.idempotent && texts.hints.idempotent,
    annotations.open_world && texts.hints.openWorld,
  ].filter((hint) => hint !== false);
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <Method method={action.method} />
        <Text span className="mono" style={{ overflowWrap: 'anywhere' }}>
          {action.server ?? ''}
          {action.path}
        </Text>
        <ActionMarks action={action} />
      </Group>
      {action.title && <Text fw={600}>{action.title}</Text>}
      <Text style={{ whiteSpace: 'pre-line' }}>{action.description}</Text>
      <Group gap={6}>
        <Badge variant="light" color={action.safe ? 'teal' : 'grape'} tt="none">
          {action.safe ? texts.safe : texts.unsafe}
        </Badge>
        {hints.map((hint) => (
          <Badge key={hint} variant="default" tt="none">
            {hint}
          </Badge>
        ))}
        {action.tags.map((tag) => (
          <Badge key={tag} variant="light" color="gray" tt="none">
            {tag}
          </Badge>
        ))}
      </Group>
      <Text size="sm" c="dimmed">
        {texts.costs(action.tokens)} {security(action.security)}
      </Text>
    </Stack>
  );
}

function security(alternatives: string[][]): string {
  const needed = alternatives.filter((names) => names.length > 0).map((names) => names.join(' + '));
  return needed.length === 0 ? texts.noSecurity : texts.security(needed.join(texts.or));
}
