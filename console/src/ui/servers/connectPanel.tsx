import { Alert, Button, Code, Group, NativeSelect, Paper, Stack, Text, Title } from '@mantine/core';
import { IconKey, IconPlugConnected, IconPlugConnectedX } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { $api, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { connect as texts } from '#texts/connect';
import { CopyBlock, CopyText } from '../copy';
import { Loaded } from '../states';
import { ServerSwitch } from './serverSwitch';
import { filled } from './snippets';

const CreateToken = lazy(() =>
  import('../tokens/createToken').then(({ CreateToken: component }) => ({ default: component })),
);

interface ConnectPanelProps {
  server: Schema<'Server'>;
  /** The client that the snippet is for. */
  client: string | undefined;
  onClient: (client: string) => void;
  /** Of the headings. */
  order?: 2 | 3;
}

/** All that a client needs: the URL, a token, and what to paste where. */
export function ConnectPanel({ server, client, onClient, order = 2 }: ConnectPanelProps) {
  const info = $api.useQuery('get', '/api/v1/servers/{server}/connect', {
    params: { path: { server: server.id } },
  });
  return (
    <Loaded query={info}>
      {({ answers, urls }) => (
        <Stack>
          {!answers && <Silent server={server} />}
          <Ways server={server} urls={urls} client={client} onClient={onClient} order={order} />
        </Stack>
      )}
    </Loaded>
  );
}

/** Why it does not answer, with what mends it. */
function Silent({ server }: { server: Schema<'Server'> }) {
  return (
    <Alert
      color="yellow"
      icon={<IconPlugConnectedX aria-hidden />}
      title={server.published ? texts.off : texts.unpublished}
    >
      <Group justify="space-between">
        {server.published ? texts.offText : texts.unpublishedText}
        {server.published && <ServerSwitch server={server} withLabel />}
      </Group>
    </Alert>
  );
}

interface WaysProps extends ConnectPanelProps {
  urls: Schema<'ConnectInfo'>['urls'];
}

function Ways({ server, urls, client, onClient, order }: WaysProps) {
  const [url, setUrl] = useState<string>();
  // In the page alone: a secret stands in no URL and in no storage.
  const [token, setToken] = useState<string>();
  const way = urls.find((each) => each.url === url) ?? urls[0];
  if (!way) return null;
  const snippet = way.snippets.find((each) => each.client === client) ?? way.snippets[0];
  return (
    <>
      <Paper withBorder p="md">
        <Stack gap="xs">
          <Title order={order} size="h5">
            {texts.url}
          </Title>
          {urls.length > 1 && (
            <NativeSelect
              aria-label={texts.whichUrl}
              value={way.url}
              onChange={(event) => setUrl(event.currentTarget.value)}
              data={urls.map((each) => ({
                value: each.url,
                label: `${each.url} (${texts.kinds[each.kind]})`,
              }))}
            />
          )}
          <CopyText text={way.url} label={texts.copyUrl} />
          <Text size="xs" c="dimmed">
            {texts.urlHint}
          </Text>
        </Stack>
      </Paper>
      <TokenPart server={server.id} token={token} onToken={setToken} order={order} />
      <Paper withBorder p="md">
        <Stack gap="sm">
          <Title order={order} size="h5">
            {texts.client}
          </Title>
          <Group gap={6} role="group" aria-label={texts.clients}>
            {way.snippets.map((each) => (
              <Button
                key={each.client}
                size="xs"
                variant={each === snippet ? 'light' : 'default'}
                aria-pressed={each === snippet}
                onClick={() => onClient(each.client)}
              >
                {each.title}
              </Button>
            ))}
          </Group>
          {snippet && <SnippetPart snippet={snippet} token={token} />}
        </Stack>
      </Paper>
    </>
  );
}

interface TokenPartProps {
  server: string;
  token: string | undefined;
  onToken: (token: string) => void;
  order: ConnectPanelProps['order'];
}

function TokenPart({ server, token, onToken, order }: TokenPartProps) {
  const may = useMay();
  const [making, setMaking] = useState(false);
  const lacking = may('tokens:write') || may('tokens:own') ? undefined : common.needs('tokens:own');
  return (
    <Paper withBorder p="md">
      <Stack gap="xs" align="flex-start">
        <Title order={order} size="h5">
          {texts.token}
        </Title>
        <Text size="sm" role="status" c={token ? undefined : 'dimmed'}>
          {token ? texts.tokenIn : texts.tokenHint}
        </Text>
        {token && <CopyText text={token} />}
        <Button
          size="xs"
          variant={token ? 'default' : 'filled'}
          leftSection={<IconKey size={14} />}
          disabled={lacking !== undefined}
          title={lacking}
          onClick={() => setMaking(true)}
        >
          {token ? texts.anotherToken : texts.createToken}
        </Button>
        <Suspense>
          {making && (
            <CreateToken
              opened
              onClose={() => setMaking(false)}
              server={server}
              onCreated={(created) => onToken(created.token)}
            />
          )}
        </Suspense>
      </Stack>
    </Paper>
  );
}

function SnippetPart({ snippet, token }: { snippet: Schema<'Snippet'>; token: string | undefined }) {
  const { text, link } = filled(snippet, token);
  return (
    <Stack gap="xs">
      {link && (
        <Group gap="sm">
          <Button
            component="a"
            href={link}
            rel="noreferrer"
            size="xs"
            leftSection={<IconPlugConnected size={14} />}
          >
            {texts.install(snippet.title)}
          </Button>
          <Text span size="xs" c="dimmed">
            {texts.installHint}
          </Text>
        </Group>
      )}
      {!token && (
        <Text size="xs" c="dimmed">
          {texts.placeholder}
        </Text>
      )}
      <Text size="sm">
        {snippet.form === 'command' && texts.command}
        {snippet.form === 'steps' && texts.steps}
        {snippet.file && (
          <>
            {texts.file} <Code>{snippet.file}</Code> {texts.fileBeside}
          </>
        )}
      </Text>
      {snippet.form === 'steps' ? (
        <Text size="sm" className="wrap">
          {text}
        </Text>
      ) : (
        <CopyBlock text={text} label={texts.copySnippet(snippet.title)} />
      )}
    </Stack>
  );
}
