import { Alert, Anchor, Button, Code, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { Schema } from '#api/client';
import { customerConnect as texts } from '#texts/customers';
import { CopyBlock, CopyText } from '../copy';
import { TextLink } from '../links';
import { filled } from '../servers/snippets';

interface ConnectInfoProps {
  customer: string;
  info: Schema<'ConnectInfo'>;
  /** The client whose snippet is shown. */
  client: string | undefined;
  onClient: (client: string) => void;
}

/** How a customer's clients reach its connected apps. */
export function ConnectInfo({ customer, info, client, onClient }: ConnectInfoProps) {
  const [way] = info.urls;
  if (!way) return null;
  const snippet = way.snippets.find((known) => known.client === client) ?? way.snippets[0];
  const shown = snippet && filled(snippet, undefined);
  return (
    <Stack>
      {!info.answers && (
        <Alert color="yellow" variant="light">
          {texts.shutOut}
        </Alert>
      )}
      <Paper withBorder p="md">
        <Stack gap="xs">
          <Title order={2} size="h5">
            {texts.url}
          </Title>
          <CopyText text={way.url} label={texts.copyUrl} />
        </Stack>
      </Paper>
      <Paper withBorder p="md">
        <Stack gap="sm">
          <Title order={2} size="h5">
            {texts.client}
          </Title>
          <Group gap={6} role="group" aria-label={texts.client}>
            {way.snippets.map((known) => (
              <Button
                key={known.client}
                size="xs"
                variant={known === snippet ? 'light' : 'default'}
                aria-pressed={known === snippet}
                onClick={() => onClient(known.client)}
              >
                {known.title}
              </Button>
            ))}
          </Group>
          {snippet && shown && (
            <>
              {snippet.file && (
                <Text size="sm">
                  {texts.file} <Code>{snippet.file}</Code>
                </Text>
              )}
              <CopyBlock text={shown.text} />
              {shown.link && (
                <Anchor href={shown.link} rel="noreferrer" size="sm">
                  {texts.install}
                </Anchor>
              )}
            </>
          )}
          <Text size="sm" c="dimmed">
            {texts.placeholder}{' '}
            <TextLink to="/customers/$customer/tokens" params={{ customer }}>
              {texts.toTokens}
            </TextLink>
          </Text>
        </Stack>
      </Paper>
    </Stack>
  );
}
