import { Progress, Tooltip } from '@mantine/core';
import type { Schema } from '#api/client';
import { report as texts } from '#texts/apps';

export type ImportStatus = Schema<'ImportStatus'>;

/** In the order of the bar, best first. */
export const STATUSES: { status: ImportStatus; color: string }[] = [
  { status: 'exposed', color: 'teal' },
  { status: 'degraded', color: 'yellow' },
  { status: 'excluded', color: 'gray.5' },
  { status: 'refused', color: 'red' },
];

/** What became of the operations of an import, as a bar. */
export function ImportBar({ summary, width = 120 }: { summary: Schema<'ImportSummary'>; width?: number }) {
  const all = STATUSES.reduce((sum, { status }) => sum + summary[status], 0);
  const text = texts.summary(summary.exposed, summary.degraded, summary.excluded, summary.refused);
  return (
    <Tooltip label={text}>
      <Progress.Root size="sm" w={width} role="img" aria-label={text}>
        {STATUSES.map(({ status, color }) => (
          <Progress.Section
            key={status}
            withAria={false}
            value={all === 0 ? 0 : (summary[status] / all) * 100}
            color={color}
          />
        ))}
      </Progress.Root>
    </Tooltip>
  );
}
