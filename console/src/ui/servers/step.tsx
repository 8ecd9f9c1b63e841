import { Group, Paper, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { start } from '#texts/start';

interface StepProps {
  number: number;
  title: string;
  done: boolean;
  children: ReactNode;
}

/** One of the first steps, ticked once it is done. */
export function Step({ number, title, done, children }: StepProps) {
  return (
    <Paper withBorder p="lg" component="section" aria-label={title}>
      <Group align="flex-start" gap="md" wrap="nowrap">
        <ThemeIcon radius="xl" size={32} variant={done ? 'filled' : 'light'} color={done ? 'teal' : 'cyan'}>
          {done ? <IconCheck size={18} aria-hidden /> : <span aria-hidden>{number}</span>}
        </ThemeIcon>
        <Stack gap="sm" flex={1} miw={0}>
          <Title order={2} size="h4" mt={2}>
            <span className="spoken">{start.step(number)}: </span>
            {title}
            {done && <span className="spoken">, {start.done}</span>}
          </Title>
          {children}
        </Stack>
      </Group>
    </Paper>
  );
}

/** What a step has led to, or what keeps it from being done. */
export function StepText({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" component="div">
      {children}
    </Text>
  );
}
