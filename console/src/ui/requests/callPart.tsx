import { Group, Progress, Stack, Text, Title } from '@mantine/core';
import { request as texts } from '#texts/requests';
import { Copy, CopyBlock } from '../copy';
import { Facts } from '../facts';
import { bytes, duration } from '../figures';
import { TextLink } from '../links';
import { mark } from '../mark';
import { Outcome } from './outcome';
import { pretty } from './pretty';
import type { Row } from './useLog';

const facts = texts.facts;

/** Who asked for what, how it ended, and where the time went. */
export function CallPart({ row }: { row: Row }) {
  const client = [row.client_name, row.client_version].filter(Boolean).join(' ');
  return (
    <Stack>
      <Facts
        nameSpan={3}
        facts={{
          [facts.outcome]: <Outcome outcome={row.outcome} />,
          [facts.error]: row.error,
          [facts.at]: <time dateTime={row.at}>{new Date(row.at).toLocaleString('en', WHEN)}</time>,
          [facts.server]: row.server_id ? (
            <TextLink size="sm" to="/servers/$server/requests" params={{ server: row.server_id }}>
              {row.server}
            </TextLink>
          ) : (
            row.server
          ),
          [facts.askedAs]: row.asked_as && `${row.asked_as} (${texts.former})`,
          [facts.method]: row.method,
          [facts.tool]: row.tool,
          [facts.caller]: row.principal_name ? `${row.principal_name} (${row.principal})` : row.principal,
          [facts.user]: row.user,
          [facts.client]: client || undefined,
          [facts.revision]: row.revision || undefined,
          [facts.test]: row.test ? texts.facts.testText : undefined,
          [facts.status]: row.upstream_status,
          [facts.bytes]: `${bytes(row.bytes_in)} → ${bytes(row.bytes_out)}`,
          [facts.upstreamBytes]:
            row.upstream_bytes_in === undefined
              ? undefined
              : `${bytes(row.upstream_bytes_out ?? 0)} → ${bytes(row.upstream_bytes_in)}`,
          [facts.id]: (
            <Group gap={4}>
              <span className="mono">{row.id}</span>
              <Copy text={row.id} />
            </Group>
          ),
        }}
      />
      <Timings row={row} />
      <Payload title={texts.arguments} text={row.arguments} />
      <Payload title={texts.result} text={row.result} />
    </Stack>
  );
}

const WHEN: Intl.DateTimeFormatOptions = { dateStyle: 'medium', timeStyle: 'long' };

/** The API's part of the time, and our own. */
function Timings({ row: { duration_us, upstream_duration_us } }: { row: Row }) {
  const upstream = upstream_duration_us ?? 0;
  const own = Math.max(0, duration_us - upstream);
  const share = (part: number) => (duration_us === 0 ? 0 : (part / duration_us) * 100);
  return (
    <Stack gap={6}>
      <Title order={3} size="h5">
        {texts.timings}: {duration(duration_us)}
      </Title>
      <Progress.Root size="lg" aria-hidden>
        <Progress.Section value={share(own)} color={mark('cyan')} />
        <Progress.Section value={share(upstream)} color={mark('grape')} />
      </Progress.Root>
      <Group gap="lg">
        <Legend color="cyan" text={texts.own(duration(own))} />
        {upstream_duration_us !== undefined && (
          <Legend color="grape" text={texts.upstream(duration(upstream))} />
        )}
      </Group>
    </Stack>
  );
}

function Legend({ color, text }: { color: string; text: string }) {
  return (
    <Group gap={6}>
      <span aria-hidden style={{ width: 10, height: 10, borderRadius: 3, background: mark(color) }} />
      <Text size="sm">{text}</Text>
    </Group>
  );
}

function Payload({ title, text }: { title: string; text: string | undefined }) {
  return (
    <Stack gap={6}>
      <Title order={3} size="h5">
        {title}
      </Title>
      {text === undefined ? (
        <Text size="sm" c="dimmed">
          {texts.notKept}
        </Text>
      ) : (
        <CopyBlock text={pretty(text)} label={texts.copy(title)} />
      )}
    </Stack>
  );
}
