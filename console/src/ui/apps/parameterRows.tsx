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
  TextInput,
} from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { actions } from '#texts/actions';
import type { DraftParameter } from './actionDraft';

const texts = actions.form;
const PLACES: Schema<'ParameterPlace'>[] = ['path', 'query', 'header', 'cookie'];
const EMPTY: DraftParameter = {
  name: '',
  in: 'query',
  required: false,
  description: '',
  schema: '',
  rest: {},
};

interface ParameterRowsProps {
  value: DraftParameter[];
  onChange: (parameters: DraftParameter[]) => void;
  faults: Record<string, string>;
  error: unknown;
}

/** The parameters of an action by hand. */
export function ParameterRows({ value, onChange, faults, error }: ParameterRowsProps) {
  return (
    <Fieldset legend={texts.parameters}>
      <Stack gap="sm">
        <Text size="xs" c="dimmed">
          {texts.parametersHint}
        </Text>
        {value.map((parameter, index) => {
          const set = (part: Partial<DraftParameter>) =>
            onChange(value.with(index, { ...parameter, ...part }));
          const at = (member: string) => fieldError(error, `parameters[${index}].${member}`);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a parameter has no other identity while it is entered
            <Paper key={index} withBorder p="sm">
              <Group align="flex-end">
                <TextInput
                  flex="1 1 140px"
                  label={texts.name}
                  required
                  classNames={{ input: 'mono' }}
                  value={parameter.name}
                  onChange={(event) => set({ name: event.currentTarget.value })}
                  error={at('name')}
                />
                <Select
                  w={110}
                  label={texts.place}
                  data={PLACES}
                  allowDeselect={false}
                  value={parameter.in}
                  onChange={(place) => set({ in: PLACES.find((known) => known === place) ?? 'query' })}
                  error={at('in')}
                />
                <TextInput
                  flex="2 1 180px"
                  label={texts.description}
                  value={parameter.description}
                  onChange={(event) => set({ description: event.currentTarget.value })}
                />
                <TextInput
                  flex="2 1 180px"
                  label={texts.schema}
                  placeholder='{"type": "string"}'
                  classNames={{ input: 'mono' }}
                  value={parameter.schema}
                  onChange={(event) => set({ schema: event.currentTarget.value })}
                  error={faults[`parameters.${index}`] ?? at('schema')}
                />
                <Checkbox
                  mb={8}
                  label={texts.required}
                  checked={parameter.required}
                  onChange={(event) => set({ required: event.currentTarget.checked })}
                />
                <ActionIcon
                  mb={4}
                  variant="subtle"
                  color="red"
                  aria-label={texts.removeParameter(parameter.name)}
                  onClick={() => onChange(value.toSpliced(index, 1))}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </Group>
            </Paper>
          );
        })}
        <Group>
          <Button variant="light" size="xs" onClick={() => onChange([...value, EMPTY])}>
            {texts.addParameter}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
