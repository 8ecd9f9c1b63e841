import '@mantine/charts/styles.layer.css';
import { BarChart, LineChart } from '@mantine/charts';
import { Paper, SimpleGrid, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { activity } from '#texts/activity';
import { count } from '../figures';
import { contextTokens, meanTime, type Sums } from './sums';

const HEIGHT = 200;
// Nothing in them can be operated; the table has the same figures.
const PLAIN = { accessibilityLayer: false };

/** Calls, time and context by the day. */
export default function Charts({ days }: { days: (Sums & { day: string })[] }) {
  const data = days.map((row) => ({
    day: row.day.slice(5),
    [activity.ok]: row.calls - row.failures,
    [activity.failures]: row.failures,
    [activity.latencyMs]: row.calls === 0 ? null : Number(meanTime(row).toFixed(1)),
    [activity.context]: contextTokens(row),
  }));
  return (
    <SimpleGrid cols={{ base: 1, md: 3 }}>
      <Figure title={activity.charts.calls}>
        <BarChart
          h={HEIGHT}
          type="stacked"
          data={data}
          dataKey="day"
          series={[
            { name: activity.ok, color: 'cyan.7' },
            { name: activity.failures, color: 'red.7' },
          ]}
          valueFormatter={count}
          tickLine="none"
          barChartProps={PLAIN}
        />
      </Figure>
      <Figure title={activity.charts.latency}>
        <LineChart
          h={HEIGHT}
          data={data}
          dataKey="day"
          series={[{ name: activity.latencyMs, color: 'grape.7' }]}
          curveType="linear"
          connectNulls
          tickLine="none"
          lineChartProps={PLAIN}
        />
      </Figure>
      <Figure title={activity.charts.context}>
        <BarChart
          h={HEIGHT}
          data={data}
          dataKey="day"
          series={[{ name: activity.context, color: 'teal.7' }]}
          valueFormatter={count}
          tickLine="none"
          barChartProps={PLAIN}
        />
      </Figure>
    </SimpleGrid>
  );
}

function Figure({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper component="figure" withBorder p="sm" m={0} radius="md">
      <Text component="figcaption" size="sm" fw={600} mb="sm">
        {title}
      </Text>
      {children}
    </Paper>
  );
}
