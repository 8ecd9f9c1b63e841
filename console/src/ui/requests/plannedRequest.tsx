import { Code, Stack, Text } from '@mantine/core';
import type { Schema } from '#api/client';
import { request as texts } from '#texts/requests';
import { CopyBlock } from '../copy';
import { pretty } from './pretty';

/** What an API would be sent, less its credential. */
export function PlannedRequest({ planned }: { planned: Schema<'PlannedRequest'> }) {
  const { method, url, headers, body, credentials } = planned;
  const lines = [`${method} ${url}`, ...headers.map(({ name, value }) => `${name}: ${value}`)];
  if (body && 'text' in body) lines.push('', pretty(body.text));
  return (
    <Stack gap="xs">
      <CopyBlock text={lines.join('\n')} label={texts.copy(texts.planned)} />
      {credentials.map(({ name, place }) => (
        <Text key={`${place} ${name}`} size="sm" c="dimmed">
          {texts.credential(name, place)}
        </Text>
      ))}
      {body && 'base64' in body && (
        <>
          <Text size="sm">{texts.bodyBase64}</Text>
          <Code block>{body.base64}</Code>
        </>
      )}
    </Stack>
  );
}
