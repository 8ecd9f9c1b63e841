import { Checkbox, Group, Stack, TagsInput } from '@mantine/core';
import type { Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { importing as texts } from '#texts/apps';

export type ImportRules = Schema<'ImportRules'>;

export const NO_RULES: ImportRules = { include: [], exclude: [], read_only: false, deprecated: false };

interface RulesFieldsProps {
  value: ImportRules;
  onChange: (rules: ImportRules) => void;
  error: unknown;
}

/** Which operations of a description become actions. */
export function RulesFields({ value, onChange, error }: RulesFieldsProps) {
  return (
    <Stack gap="sm">
      <TagsInput
        label={texts.include}
        description={texts.ruleHint}
        value={value.include}
        onChange={(include) => onChange({ ...value, include })}
        error={fieldError(error, 'rules.include')}
        maxTags={100}
      />
      <TagsInput
        label={texts.exclude}
        value={value.exclude}
        onChange={(exclude) => onChange({ ...value, exclude })}
        error={fieldError(error, 'rules.exclude')}
        maxTags={100}
      />
      <Group>
        <Checkbox
          label={texts.readOnly}
          checked={value.read_only}
          onChange={(event) => onChange({ ...value, read_only: event.currentTarget.checked })}
        />
        <Checkbox
          label={texts.deprecated}
          checked={value.deprecated}
          onChange={(event) => onChange({ ...value, deprecated: event.currentTarget.checked })}
        />
      </Group>
    </Stack>
  );
}
