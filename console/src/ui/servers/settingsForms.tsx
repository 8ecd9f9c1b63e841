import { Checkbox, NumberInput, Textarea, TextInput } from '@mantine/core';
import type { Schema } from '#api/client';
import { serverSettings as all } from '#texts/serverSettings';
import { SettingsSection, useSection } from './settingsSection';

interface FormProps {
  server: Schema<'Server'>;
}

export function TextsForm({ server }: FormProps) {
  const texts = all.texts;
  const section = useSection(server, ['name', 'description', 'instructions', 'keeps_results']);
  const { values, set, errorOf } = section;
  return (
    <SettingsSection
      title={texts.title}
      holds={all.withNext}
      section={section}
      valid={values.name?.trim() !== ''}
    >
      <TextInput
        label={texts.name}
        required
        maxLength={300}
        value={values.name ?? ''}
        onChange={(event) => set({ name: event.currentTarget.value })}
        error={errorOf('name')}
      />
      <Textarea
        label={texts.description}
        description={texts.descriptionHint}
        maxLength={1000}
        autosize
        minRows={2}
        maxRows={8}
        value={values.description ?? ''}
        onChange={(event) => set({ description: event.currentTarget.value })}
        error={errorOf('description')}
      />
      <Textarea
        label={texts.instructions}
        description={texts.instructionsHint}
        maxLength={16_000}
        autosize
        minRows={3}
        maxRows={20}
        value={values.instructions ?? ''}
        onChange={(event) => set({ instructions: event.currentTarget.value })}
        error={errorOf('instructions')}
      />
      <Checkbox
        label={texts.keepsResults}
        description={texts.keepsResultsHint}
        checked={values.keeps_results ?? false}
        onChange={(event) => set({ keeps_results: event.currentTarget.checked })}
      />
    </SettingsSection>
  );
}

export function SafetyForm({ server }: FormProps) {
  const texts = all.safety;
  const section = useSection(server, ['read_only']);
  return (
    <SettingsSection title={texts.title} holds={all.atOnce} section={section}>
      <Checkbox
        label={texts.readOnly}
        description={texts.readOnlyHint}
        checked={section.values.read_only ?? false}
        onChange={(event) => section.set({ read_only: event.currentTarget.checked })}
      />
    </SettingsSection>
  );
}

export function LogsForm({ server }: FormProps) {
  const texts = all.logs;
  const section = useSection(server, ['strict_log', 'log_payloads', 'log_retention_days']);
  const { values, set, errorOf } = section;
  return (
    <SettingsSection title={texts.title} holds={all.atOnce} section={section}>
      <Checkbox
        label={texts.payloads}
        description={texts.payloadsHint}
        checked={values.log_payloads ?? false}
        onChange={(event) => set({ log_payloads: event.currentTarget.checked })}
      />
      <Checkbox
        label={texts.strict}
        description={texts.strictHint}
        checked={values.strict_log ?? false}
        onChange={(event) => set({ strict_log: event.currentTarget.checked })}
      />
      <OptionalNumber
        label={texts.retention}
        description={texts.retentionHint}
        max={3650}
        value={values.log_retention_days}
        onChange={(days) => set({ log_retention_days: days })}
        error={errorOf('log_retention_days')}
      />
    </SettingsSection>
  );
}

export function BudgetForm({ server }: FormProps) {
  const texts = all.budget;
  const section = useSection(server, ['token_budget', 'token_warning']);
  const { values, set, errorOf } = section;
  return (
    <SettingsSection title={texts.title} holds={all.atOnce} section={section}>
      <OptionalNumber
        label={texts.budget}
        description={texts.budgetHint}
        max={10_000_000}
        value={values.token_budget}
        onChange={(tokens) => set({ token_budget: tokens })}
        error={errorOf('token_budget')}
      />
      <OptionalNumber
        label={texts.warning}
        description={texts.warningHint}
        max={10_000_000}
        value={values.token_warning}
        onChange={(tokens) => set({ token_warning: tokens })}
        error={errorOf('token_warning')}
      />
    </SettingsSection>
  );
}

interface OptionalNumberProps {
  label: string;
  description: string;
  max: number;
  value: number | null | undefined;
  onChange: (value: number | null) => void;
  error: string | undefined;
}

function OptionalNumber({ value, onChange, ...props }: OptionalNumberProps) {
  return (
    <NumberInput
      {...props}
      maw={420}
      min={1}
      allowDecimal={false}
      allowNegative={false}
      thousandSeparator=","
      value={value ?? ''}
      onChange={(next) => onChange(typeof next === 'number' ? next : null)}
    />
  );
}
