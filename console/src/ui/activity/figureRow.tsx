import { Paper, SimpleGrid, Text } from '@mantine/core';
import { activity } from '#texts/activity';
import { count, duration } from '../figures';
import { contextTokens, meanTime, percent, type Sums } from './sums';

/** The sums of the whole time. */
export function FigureRow({ sum }: { sum: Sums }) {
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} component="dl" m={0}>
      <Figure name={activity.calls} value={count(sum.calls)} />
      <Figure
        name={activity.failures}
        value={count(sum.failures)}
        hint={activity.share(percent(sum.failures, sum.calls))}
      />
      <Figure
        name={activity.refused}
        value={count(sum.refused)}
        hint={`${activity.overSoft}: ${count(sum.over_soft_limit)}`}
      />
      <Figure name={activity.latency} value={duration(Math.round(meanTime(sum) * 1000))} />
      <Figure name={activity.context} value={count(contextTokens(sum))} hint={activity.contextHint} />
    </SimpleGrid>
  );
}

function Figure({ name, value, hint }: { name: string; value: string; hint?: string }) {
  return (
    <Paper withBorder p="sm" radius="md">
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" m={0} size="xl" fw={650}>
        {value}
      </Text>
      {hint && (
        <Text component="dd" m={0} size="xs" c="dimmed">
          {hint}
        </Text>
      )}
    </Paper>
  );
}
