import { Button, Code, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { publishing as texts } from '#texts/server';
import { StateBadge } from '../stateBadge';

/** One kind of difference. */
export function Section({ title, mark, children }: { title: string; mark?: ReactNode; children: ReactNode }) {
  return (
    <Paper withBorder p="sm" component="section" aria-label={title}>
      <Group gap="xs" mb="xs">
        <Title order={3} size="h6">
          {title}
        </Title>
        {mark}
      </Group>
      {children}
    </Paper>
  );
}

export function Breaking() {
  return <StateBadge color="orange">{texts.breaking}</StateBadge>;
}

/** Names that are shown at first. */
const NAMES_SHOWN = 40;

export function Names({ names }: { names: string[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? names : names.slice(0, NAMES_SHOWN);
  return (
    <Group gap={6}>
      {shown.map((name) => (
        <Code key={name}>{name}</Code>
      ))}
      {shown.length < names.length && (
        <Button size="compact-xs" variant="subtle" onClick={() => setAll(true)}>
          {texts.allNames(names.length)}
        </Button>
      )}
    </Group>
  );
}

interface Setting {
  field: string;
  before?: string;
  after?: string;
}

/** A text as it was and as it is. */
export function ChangedSetting({ setting }: { setting: Setting }) {
  return (
    <Stack gap={2}>
      <Text size="sm" fw={600}>
        {texts.fields[setting.field] ?? setting.field}
      </Text>
      <Text size="sm" className="wrap">
        <Text span inherit c="dimmed">
          {texts.before}:{' '}
        </Text>
        {setting.before || texts.empty}
      </Text>
      <Text size="sm" className="wrap">
        <Text span inherit c="dimmed">
          {texts.after}:{' '}
        </Text>
        {setting.after || texts.empty}
      </Text>
    </Stack>
  );
}

interface NamedThingsProps {
  title: string;
  changes: { added: string[]; removed: string[]; changed?: string[] };
}

/** Things that are known by their names alone. */
export function NamedThings({ title, changes }: NamedThingsProps) {
  const rows = [
    { mark: texts.removedMark, color: 'orange', names: changes.removed },
    { mark: texts.changedMark, color: 'cyan', names: changes.changed ?? [] },
    { mark: texts.addedMark, color: 'teal', names: changes.added },
  ].filter(({ names }) => names.length > 0);
  if (rows.length === 0) return null;
  return (
    <Section title={title}>
      <Stack gap={6}>
        {rows.map(({ mark, color, names }) => (
          <Group key={mark} gap="xs">
            <StateBadge color={color}>{mark}</StateBadge>
            <Names names={names} />
          </Group>
        ))}
      </Stack>
    </Section>
  );
}
