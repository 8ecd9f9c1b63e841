import { Group, Stack, Tabs, Text, Title } from '@mantine/core';
import type { Schema } from '#api/client';
import { testing as texts } from '#texts/testing';
import { bytes, duration } from '../figures';
import { Json } from '../json';
import { PlannedRequest } from '../requests/plannedRequest';
import { StateBadge } from '../stateBadge';
import { ProblemNote, Waiting } from '../states';
import { Block } from './block';
import { tokensOfResult } from './values';

interface ResultProps {
  result: Schema<'TestResult'> | undefined;
  error: unknown;
  pending: boolean;
}

/** What a call came to: how it went, how long it took, and what a model reads. */
export function Result({ result, error, pending }: ResultProps) {
  return (
    <Stack aria-live="polite" aria-busy={pending}>
      <Group justify="space-between">
        <Title order={2} size="h4">
          {texts.result}
        </Title>
        {result && !pending && <Verdict result={result} />}
      </Group>
      {pending ? (
        <Waiting />
      ) : error ? (
        <ProblemNote error={error} />
      ) : result ? (
        <Answer result={result} />
      ) : (
        <Text c="dimmed">{texts.notRun}</Text>
      )}
    </Stack>
  );
}

export function Verdict({ result }: { result: Schema<'TestResult'> }) {
  const { is_error, upstream } = result;
  return (
    <Group gap={6}>
      <StateBadge color={is_error ? 'red' : 'teal'}>{is_error ? texts.failed : texts.ok}</StateBadge>
      {upstream && (
        <StateBadge color={upstream.status < 400 ? 'teal' : 'red'}>
          {texts.status(upstream.status)}
        </StateBadge>
      )}
    </Group>
  );
}

function Answer({ result }: { result: Schema<'TestResult'> }) {
  const { content, structured, truncated, duration_us, request, upstream } = result;
  const facts = [
    texts.took(duration(duration_us)),
    upstream && texts.upstreamTook(duration(upstream.duration_us)),
    upstream && texts.sent(bytes(upstream.bytes_out)),
    upstream && texts.received(bytes(upstream.bytes_in)),
    texts.context(tokensOfResult(result)),
  ].filter((fact) => fact !== undefined);
  const hasStructure = structured !== undefined && structured !== null;
  return (
    <>
      <Text size="sm" c="dimmed">
        {facts.join(' · ')}
      </Text>
      {truncated && (
        <Text size="sm" fw={600}>
          {texts.truncated}
        </Text>
      )}
      {!upstream && (
        <Text size="sm" c="dimmed">
          {texts.notSent}
        </Text>
      )}
      <Tabs defaultValue="content" keepMounted={false}>
        <Tabs.List mb="sm">
          <Tabs.Tab value="content">{texts.parts.content}</Tabs.Tab>
          {hasStructure && <Tabs.Tab value="structured">{texts.parts.structured}</Tabs.Tab>}
          {request && <Tabs.Tab value="request">{texts.parts.request}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="content">
          <Stack>
            {content.length === 0 && <Text c="dimmed">{texts.emptyResult}</Text>}
            {content.map((block, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no names, and their order is what they are
              <Block key={index} block={block} />
            ))}
          </Stack>
        </Tabs.Panel>
        {hasStructure && (
          <Tabs.Panel value="structured">
            <Json label={texts.parts.structured} value={structured} maxHeight="60vh" />
          </Tabs.Panel>
        )}
        {request && (
          <Tabs.Panel value="request">
            <PlannedRequest planned={request} />
          </Tabs.Panel>
        )}
      </Tabs>
    </>
  );
}
