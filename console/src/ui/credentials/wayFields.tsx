import { Alert, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { fieldError } from '#api/fieldError';
import { credentials as texts } from '#texts/credentials';
import { type AuthWay, kindOf } from '../apps/ways';
import { askedFields } from './credential';

/** The inputs of one way to connect an app; `wayCredentialOf` reads them from the form. */
export function WayFields({ way, error }: { way: AuthWay; error: unknown }) {
  const at = (field: string) => fieldError(error, `way.${field}`);
  const kind = kindOf(way);
  const basic = typeof way.method === 'object' && 'basic' in way.method ? way.method.basic : undefined;
  const secret = (name: string, label: string, required = true) => (
    <PasswordInput name={name} label={label} required={required} autoComplete="off" error={at(name)} />
  );
  return (
    <Stack gap="sm">
      {way.help && (
        <Text size="sm" c="dimmed">
          {way.help}
        </Text>
      )}
      {askedFields(way).map((field) => {
        const Input = field.secret ? PasswordInput : TextInput;
        return (
          <Input
            key={field.name}
            name={`field:${field.name}`}
            label={field.title}
            description={field.description ?? undefined}
            placeholder={field.example ?? undefined}
            defaultValue={field.default ?? ''}
            required={!field.default}
            autoComplete="off"
            error={at(`fields.${field.name}`)}
          />
        );
      })}
      {kind === 'api_key' && secret('key', texts.key)}
      {kind === 'bearer' && secret('token', texts.token)}
      {basic && (
        <TextInput
          name="username"
          label={basic.username}
          required
          autoComplete="off"
          error={at('username')}
        />
      )}
      {basic?.password && secret('password', basic.password)}
      {kind === 'client_credentials' && (
        <>
          <TextInput
            name="client_id"
            label={texts.clientId}
            required
            autoComplete="off"
            error={at('client_id')}
          />
          {secret('client_secret', texts.clientSecret)}
        </>
      )}
      {kind === 'oauth2' && (
        <>
          <Alert variant="light">{texts.signInWay}</Alert>
          {secret('access_token', texts.accessToken)}
          {secret('refresh_token', texts.refreshToken, false)}
        </>
      )}
    </Stack>
  );
}
