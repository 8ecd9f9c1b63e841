import {
  ActionIcon,
  Button,
  Checkbox,
  Fieldset,
  Group,
  Paper,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import type { Schema } from '#api/client';
import { prompts as texts } from '#texts/prompts';
import { NamedFields } from './namedFields';

const ROLES = ['user', 'assistant'] as const;

interface PromptFormProps {
  prompt: Schema<'Prompt'>;
  onChange: (changes: Partial<Schema<'Prompt'>>) => void;
  problemAt: (field: string) => string | undefined;
  readOnly: boolean;
}

export function PromptForm(props: PromptFormProps) {
  const { prompt, onChange, problemAt, readOnly } = props;
  return (
    <Stack>
      <NamedFields
        texts={texts}
        draft={prompt}
        onChange={onChange}
        problemAt={problemAt}
        readOnly={readOnly}
      />
      <Arguments {...props} />
      <Messages {...props} />
    </Stack>
  );
}

function Arguments({ prompt, onChange, problemAt, readOnly }: PromptFormProps) {
  const all = prompt.arguments ?? [];
  const set = (next: Schema<'PromptArgument'>[]) =>
    onChange({ arguments: next.length > 0 ? next : undefined });
  const change = (index: number, changes: Partial<Schema<'PromptArgument'>>) =>
    set(all.map((one, at) => (at === index ? { ...one, ...changes } : one)));
  return (
    <Fieldset legend={texts.arguments.title}>
      <Stack gap="sm">
        {all.length === 0 && (
          <Text size="sm" c="dimmed">
            {texts.arguments.none}
          </Text>
        )}
        {all.map((one, index) => (
          <Group
            // biome-ignore lint/suspicious/noArrayIndexKey: a name that is being written is no key
            key={index}
            gap="xs"
            align="flex-start"
            role="group"
            aria-label={texts.arguments.of(index + 1)}
          >
            <TextInput
              label={texts.arguments.name}
              classNames={{ input: 'mono' }}
              maxLength={64}
              required
              readOnly={readOnly}
              w={{ base: '100%', xs: 160 }}
              value={one.name}
              error={problemAt(`arguments[${index}].name`)}
              onChange={(event) => change(index, { name: event.currentTarget.value })}
            />
            <TextInput
              label={texts.arguments.description}
              maxLength={2000}
              readOnly={readOnly}
              flex={1}
              miw={160}
              value={one.description ?? ''}
              error={problemAt(`arguments[${index}].description`)}
              onChange={(event) => change(index, { description: event.currentTarget.value || undefined })}
            />
            <Checkbox
              mt={30}
              label={texts.arguments.required}
              disabled={readOnly}
              checked={one.required ?? false}
              onChange={(event) => change(index, { required: event.currentTarget.checked || undefined })}
            />
            <ActionIcon
              mt={28}
              variant="subtle"
              color="red"
              disabled={readOnly}
              aria-label={texts.arguments.remove(one.name)}
              onClick={() => set(all.filter((_, at) => at !== index))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Button
          variant="light"
          size="xs"
          disabled={readOnly}
          leftSection={<IconPlus size={14} />}
          style={{ alignSelf: 'start' }}
          onClick={() => set([...all, { name: '' }])}
        >
          {texts.arguments.add}
        </Button>
      </Stack>
    </Fieldset>
  );
}

function Messages({ prompt, onChange, problemAt, readOnly }: PromptFormProps) {
  const all = prompt.messages;
  const set = (messages: Schema<'PromptMessage'>[]) => onChange({ messages });
  const change = (index: number, changes: Partial<Schema<'PromptMessage'>>) =>
    set(all.map((one, at) => (at === index ? { ...one, ...changes } : one)));
  const swap = (index: number, other: number) => {
    const [one, two] = [all[index], all[other]];
    if (one && two) set(all.map((same, at) => (at === index ? two : at === other ? one : same)));
  };
  return (
    <Fieldset legend={texts.messages.title}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {texts.messages.hint}
        </Text>
        {all.map(({ role, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: messages have no names, and their order is what they are
          <Paper key={index} withBorder p="sm">
            <Stack gap="xs">
              <Group justify="space-between">
                <Select
                  aria-label={texts.messages.role}
                  size="xs"
                  w={140}
                  allowDeselect={false}
                  disabled={readOnly}
                  data={ROLES.map((value) => ({ value, label: texts.messages.roles[value] }))}
                  value={role}
                  onChange={(value) => change(index, { role: value === 'assistant' ? value : 'user' })}
                />
                <Group gap={2}>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    disabled={readOnly || index === 0}
                    aria-label={texts.messages.up(index + 1)}
                    onClick={() => swap(index, index - 1)}
                  >
                    <IconArrowUp size={16} />
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    disabled={readOnly || index === all.length - 1}
                    aria-label={texts.messages.down(index + 1)}
                    onClick={() => swap(index, index + 1)}
                  >
                    <IconArrowDown size={16} />
                  </ActionIcon>
                  <ActionIcon
                    variant="subtle"
                    color="red"
                    disabled={readOnly || all.length === 1}
                    aria-label={texts.messages.remove(index + 1)}
                    onClick={() => set(all.filter((_, at) => at !== index))}
                  >
                    <IconTrash size={16} />
                  </ActionIcon>
                </Group>
              </Group>
              <Textarea
                aria-label={texts.messages.text(index + 1)}
                classNames={{ input: 'mono' }}
                autosize
                minRows={3}
                maxRows={18}
                readOnly={readOnly}
                value={text}
                error={problemAt(`messages[${index}].text`)}
                onChange={(event) => change(index, { text: event.currentTarget.value })}
              />
            </Stack>
          </Paper>
        ))}
        <Button
          variant="light"
          size="xs"
          disabled={readOnly}
          leftSection={<IconPlus size={14} />}
          style={{ alignSelf: 'start' }}
          onClick={() => set([...all, { role: 'user', text: '' }])}
        >
          {texts.messages.add}
        </Button>
      </Stack>
    </Fieldset>
  );
}
