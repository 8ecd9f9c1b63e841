import { Alert, Code, Group, Stack, Text, Title } from '@mantine/core';
import { $api } from '#api/client';
import { request as texts } from '#texts/requests';
import { CopyBlock } from '../copy';
import { Loaded } from '../states';
import type { Row } from './useLog';

/** A logged call for a POSIX shell. */
export function CurlPart({ row }: { row: Row }) {
  const query = $api.useQuery(
    'get',
    '/api/v1/requests/{request}/curl',
    { params: { path: { request: row.id } } },
    { enabled: row.arguments !== undefined },
  );
  if (row.arguments === undefined) return <Text c="dimmed">{texts.needsArguments}</Text>;
  return (
    <Loaded query={query}>
      {({ mcp, upstream, variables, redacted }) => (
        <Stack>
          {redacted && <Alert color="yellow">{texts.redacted}</Alert>}
          <Group gap={6}>
            <Text size="sm">{texts.curlVariables}</Text>
            {variables.map((name) => (
              <Code key={name}>{name}</Code>
            ))}
          </Group>
          <Title order={3} size="h5">
            {texts.curlMcp}
          </Title>
          <CopyBlock text={mcp} label={texts.copy(texts.curlMcp)} />
          <Title order={3} size="h5">
            {texts.curlUpstream}
          </Title>
          <CopyBlock text={upstream} label={texts.copy(texts.curlUpstream)} />
        </Stack>
      )}
    </Loaded>
  );
}
