import { Group, Text, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { client, type Schema } from '#api/client';
import { everyPage, PAGE_MAX } from '#api/pages';
import { useMay } from '#api/session';
import { servers as texts } from '#texts/servers';
import { Sparkline } from '../sparkline';

const HOURS = 24;

/** The last hours of each server that was called in them, by its id; nothing while they are not known or not to be seen. */
export function useLastDay(): Map<string, Schema<'ServerHours'>> | undefined {
  const may = useMay();
  const { data } = useQuery({
    queryKey: ['get', '/api/v1/usage/hours', HOURS],
    queryFn: ({ signal }) =>
      everyPage((cursor) =>
        client.GET('/api/v1/usage/hours', {
          params: { query: { hours: HOURS, limit: PAGE_MAX, cursor } },
          signal,
        }),
      ),
    select: (items) => new Map(items.map((hours) => [hours.server, hours])),
    enabled: may('usage:read'),
  });
  return data;
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

/** Calls and errors of a server in the last day, hour by hour. */
export function LastDay({ hours }: { hours: Schema<'ServerHours'> | undefined }) {
  const calls = sum(hours?.calls ?? []);
  const failures = sum(hours?.failures ?? []);
  return (
    <Tooltip label={`${texts.usage(calls, failures)}. ${texts.usageHint}`}>
      <Group gap={6} wrap="nowrap" justify="flex-end">
        {hours && (
          <Sparkline
            values={hours.calls}
            failures={hours.failures}
            label={texts.usage(calls, failures)}
            width={56}
            height={20}
          />
        )}
        <Text span size="xs" c={calls === 0 ? 'dimmed' : undefined} ta="right" flex="none">
          {texts.calls(calls)}
          {failures > 0 && (
            <Text span inherit c="var(--mantine-color-error)" display="block">
              {texts.failures(failures)}
            </Text>
          )}
        </Text>
      </Group>
    </Tooltip>
  );
}
