import { Alert, Paper, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import type { Schema } from '#api/client';
import { prompts as texts } from '#texts/prompts';
import { type Fault, fill, parse } from './template';

/** The messages as a client gets them, with values that are tried here alone. */
export function PromptPreview({ prompt }: { prompt: Schema<'Prompt'> }) {
  const [values, setValues] = useState<Record<string, string>>({});
  const taken = prompt.arguments ?? [];
  return (
    <Stack>
      {taken.length > 0 && (
        <>
          <Title order={3} size="h5">
            {texts.preview.values}
          </Title>
          <SimpleGrid cols={{ base: 1, xs: 2 }}>
            {taken.map(({ name, description, required }) => (
              <TextInput
                key={name}
                label={name}
                description={description}
                required={required}
                value={values[name] ?? ''}
                onChange={(event) => {
                  const { value } = event.currentTarget;
                  setValues((before) => ({ ...before, [name]: value }));
                }}
              />
            ))}
          </SimpleGrid>
        </>
      )}
      <Text size="sm" c="dimmed">
        {texts.preview.hint}
      </Text>
      {prompt.messages.map(({ role, text }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: messages have no names, and their order is what they are
        <Paper key={index} withBorder p="sm">
          <Text size="xs" fw={600} c="dimmed">
            {texts.messages.roles[role]}
          </Text>
          <Filled text={text} values={values} names={taken.map(({ name }) => name)} />
        </Paper>
      ))}
    </Stack>
  );
}

function Filled({ text, values, names }: { text: string; values: Record<string, string>; names: string[] }) {
  const pieces = parse(text);
  if (!Array.isArray(pieces)) return <Wrong text={said(pieces)} />;
  const unknown = pieces
    .flatMap((piece) => ('place' in piece ? [piece.place] : []))
    .find((name) => !names.includes(name));
  if (unknown !== undefined) return <Wrong text={texts.preview.unknown(unknown)} />;
  return (
    <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }} size="sm">
      {fill(pieces, values)}
    </Text>
  );
}

function Wrong({ text }: { text: string }) {
  return (
    <Alert color="red" variant="light">
      {text}
    </Alert>
  );
}

function said(fault: Fault): string {
  return fault.fault === 'open' ? texts.preview.open : texts.preview.noName(fault.inside);
}
