import { Button, Group, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { fieldError } from '#api/fieldError';
import { credentials as texts } from '#texts/credentials';
import type { Preset } from './credential';

interface CredentialFieldsProps {
  preset: Preset;
  error: unknown;
}

/** The inputs of a credential; `credentialOf` reads them from the form. */
export function CredentialFields({ preset, error }: CredentialFieldsProps) {
  const at = (field: string) => fieldError(error, `credential.${field}`);
  return (
    <Stack gap="sm">
      {preset.help && (
        <Text size="sm" c="dimmed">
          {preset.help}
        </Text>
      )}
      {preset.kind === 'api_key' && <KeyFields preset={preset} at={at} />}
      {preset.kind === 'bearer' && (
        <PasswordInput
          name="token"
          label={texts.token}
          description={texts.tokenHint}
          required
          autoComplete="off"
          error={at('token')}
        />
      )}
      {preset.kind === 'basic' && (
        <>
          <TextInput
            name="username"
            label={texts.username}
            required
            autoComplete="off"
            error={at('username')}
          />
          <PasswordInput
            name="password"
            label={texts.password}
            autoComplete="new-password"
            error={at('password')}
          />
        </>
      )}
      {preset.kind === 'headers' && <HeaderFields first={preset.name} at={at} />}
      {preset.kind === 'oauth2_client_credentials' && <ClientFields preset={preset} at={at} />}
    </Stack>
  );
}

interface FieldsProps {
  preset: Preset;
  at: (field: string) => string | undefined;
}

function KeyFields({ preset, at }: FieldsProps) {
  return (
    <>
      <Group grow align="flex-start">
        <Select
          name="place"
          label={texts.place}
          data={[
            { value: 'header', label: texts.places.header },
            { value: 'query', label: texts.places.query },
            { value: 'cookie', label: texts.places.cookie },
          ]}
          defaultValue={preset.place ?? 'header'}
          allowDeselect={false}
          error={at('place')}
        />
        <TextInput
          name="key_name"
          label={texts.keyName}
          required
          autoComplete="off"
          defaultValue={preset.name ?? ''}
          placeholder="X-API-Key"
          error={at('name')}
        />
      </Group>
      <PasswordInput
        name="value"
        label={texts.key}
        description={preset.prefix ? texts.prefixed(preset.prefix) : undefined}
        required
        autoComplete="off"
        error={at('value')}
      />
    </>
  );
}

function HeaderFields({ first, at }: { first?: string; at: FieldsProps['at'] }) {
  const [rows, setRows] = useState(1);
  return (
    <>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are added at the end alone
        <Group key={index} grow align="flex-start">
          <TextInput
            name="header_name"
            label={texts.headerName}
            required={index === 0}
            autoComplete="off"
            defaultValue={index === 0 ? (first ?? '') : ''}
            error={at(`headers[${index}].name`)}
          />
          <PasswordInput
            name="header_value"
            label={texts.headerValue}
            required={index === 0}
            autoComplete="off"
            error={at(`headers[${index}].value`)}
          />
        </Group>
      ))}
      <Group>
        <Button variant="subtle" size="compact-sm" onClick={() => setRows(rows + 1)}>
          {texts.moreHeaders}
        </Button>
      </Group>
    </>
  );
}

function ClientFields({ preset, at }: FieldsProps) {
  return (
    <>
      <TextInput
        name="token_url"
        type="url"
        label={texts.tokenUrl}
        required
        defaultValue={preset.tokenUrl ?? ''}
        error={at('token_url')}
      />
      <TextInput
        name="client_id"
        label={texts.clientId}
        required
        autoComplete="off"
        error={at('client_id')}
      />
      <PasswordInput
        name="client_secret"
        label={texts.clientSecret}
        required
        autoComplete="off"
        error={at('client_secret')}
      />
      <Group grow align="flex-start">
        <Select
          name="auth_style"
          label={texts.authStyle}
          data={[
            { value: 'basic', label: texts.authStyles.basic },
            { value: 'post', label: texts.authStyles.post },
          ]}
          defaultValue={preset.authStyle ?? 'basic'}
          allowDeselect={false}
        />
        <TextInput name="scope" label={texts.scope} autoComplete="off" error={at('scope')} />
      </Group>
      <TextInput name="audience" label={texts.audience} autoComplete="off" error={at('audience')} />
    </>
  );
}
