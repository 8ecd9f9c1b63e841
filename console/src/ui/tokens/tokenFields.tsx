import {
  Accordion,
  Checkbox,
  Group,
  MultiSelect,
  Select,
  Stack,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core';
import { fieldError } from '#api/fieldError';
import { useSession } from '#api/session';
import { tokens } from '#texts/tokens';
import { ScopeFields } from './scopeFields';
import type { Expiry, TokenValues } from './tokenValues';

const EXPIRIES: Expiry[] = ['1h', '4h', '1d', '4d', '10d', '30d', 'never', 'date'];

export interface FieldsProps {
  values: TokenValues;
  set: (changes: Partial<TokenValues>) => void;
  faults: Partial<Record<keyof TokenValues, string>>;
  /** What the API has answered. */
  error: unknown;
}

/** Everything that a token is made of, but its owner. */
export function TokenFields(props: FieldsProps) {
  const { values, set, faults, error } = props;
  const { permissions } = useSession();
  const never = values.expiry === 'never';
  const held = values.permissions.filter((permission) => !permissions.includes(permission));
  return (
    <Stack>
      <TextInput
        data-autofocus
        required
        maxLength={100}
        label={tokens.name}
        placeholder={tokens.namePlaceholder}
        value={values.name}
        error={faults.name ?? fieldError(error, 'name')}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Group grow align="flex-start">
        <Select
          label={tokens.expires}
          allowDeselect={false}
          data={EXPIRIES.map((value) => ({ value, label: tokens.expiry[value] }))}
          value={values.expiry}
          error={fieldError(error, 'expires_in_seconds')}
          onChange={(expiry) => expiry && set({ expiry })}
        />
        {values.expiry === 'date' && (
          <TextInput
            type="datetime-local"
            required
            label={tokens.expiresAt}
            value={values.date}
            error={faults.date ?? fieldError(error, 'expires_at')}
            onChange={(event) => set({ date: event.currentTarget.value })}
          />
        )}
      </Group>
      <Checkbox
        label={tokens.purge}
        description={never ? tokens.purgeNever : undefined}
        disabled={never}
        checked={values.purge && !never}
        onChange={(event) => set({ purge: event.currentTarget.checked })}
      />
      <ScopeFields {...props} />
      <Textarea
        autosize
        maxRows={4}
        maxLength={1000}
        label={tokens.descriptionLabel}
        value={values.description}
        error={fieldError(error, 'description')}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <Accordion variant="contained" chevronPosition="left">
        <Accordion.Item value="more">
          <Accordion.Control>{tokens.more}</Accordion.Control>
          <Accordion.Panel>
            <Stack>
              <TagsInput
                label={tokens.networks}
                description={tokens.networksHint}
                value={values.networks}
                error={fieldError(error, 'networks')}
                onChange={(networks) => set({ networks })}
              />
              <MultiSelect
                searchable
                label={tokens.permissions}
                description={tokens.permissionsHint}
                data={[...permissions, ...held]}
                value={values.permissions}
                error={fieldError(error, 'permissions')}
                onChange={(chosen) => set({ permissions: chosen })}
              />
              <Checkbox
                label={tokens.allowInUrl}
                description={tokens.allowInUrlHint}
                checked={values.allowInUrl}
                error={faults.allowInUrl ?? fieldError(error, 'allow_in_url')}
                onChange={(event) => set({ allowInUrl: event.currentTarget.checked })}
              />
            </Stack>
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </Stack>
  );
}
