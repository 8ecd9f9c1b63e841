import { Group, Pill, SegmentedControl, Select, Skeleton, Stack } from '@mantine/core';
import { IconActivity } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useNames } from '#api/names';
import { activity } from '#texts/activity';
import { Empty, Loaded } from '../states';
import { type ActivitySearch, GROUPS, SPANS } from './activitySearch';
import { FigureRow } from './figureRow';
import { GroupTable } from './groupTable';
import { eachDay, sumOf } from './sums';
import { useUsage } from './useUsage';

const Charts = lazy(() => import('./charts'));

interface ActivityViewProps {
  search: ActivitySearch;
  onChange: (changes: ActivitySearch) => void;
}

export function ActivityView({ search, onChange }: ActivityViewProps) {
  const [now] = useState(Date.now);
  const nameOf = useNames();
  const { span, byDay, byGroup } = useUsage(search, now);
  const by = search.by ?? 'server';
  return (
    <Stack>
      <Group justify="space-between">
        <Select
          w={150}
          allowDeselect={false}
          aria-label={activity.span}
          data={SPANS.map((days) => ({ value: days.toString(), label: activity.spans[days] }))}
          value={(search.days ?? 30).toString()}
          onChange={(chosen) => onChange({ days: SPANS.find((days) => days.toString() === chosen) })}
        />
        <Narrowed search={search} nameOf={nameOf} onChange={onChange} />
      </Group>
      <Loaded query={byDay}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty icon={<IconActivity />} title={activity.none}>
              {activity.noneText}
            </Empty>
          ) : (
            <Stack>
              <FigureRow sum={sumOf(rows)} />
              <Suspense fallback={<Skeleton h={260} />}>
                <Charts days={eachDay(span, rows)} />
              </Suspense>
              <SegmentedControl
                w="fit-content"
                aria-label={activity.by}
                value={by}
                onChange={(chosen) => onChange({ by: GROUPS.find((group) => group === chosen) })}
                data={GROUPS.map((group) => ({ value: group, label: activity.groups[group] }))}
              />
              <Loaded query={byGroup}>
                {(groups) => (
                  <GroupTable
                    by={by}
                    rows={groups}
                    search={search}
                    from={`${span[0]}T00:00:00.000Z`}
                    nameOf={nameOf}
                  />
                )}
              </Loaded>
            </Stack>
          )
        }
      </Loaded>
    </Stack>
  );
}

/** What the page is narrowed to, each to be taken away. */
function Narrowed({ search, nameOf, onChange }: ActivityViewProps & { nameOf: (id: string) => string }) {
  const active = GROUPS.flatMap((group) => (search[group] ? [{ group, value: search[group] }] : []));
  return (
    <Group gap="xs">
      {active.map(({ group, value }) => {
        const text = `${activity.narrowed[group]}: ${nameOf(value)}`;
        return (
          <Pill
            key={group}
            size="md"
            withRemoveButton
            onRemove={() => onChange({ [group]: undefined })}
            removeButtonProps={{ 'aria-label': activity.remove(text), 'aria-hidden': false, tabIndex: 0 }}
          >
            {text}
          </Pill>
        );
      })}
    </Group>
  );
}
