import { Group, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { timeframe as texts } from '#texts/timeframe';
import { FRAMES, localTime, type Timeframe } from './timeframe';

interface TimeframeFilterProps {
  value: Timeframe;
  onChange: (value: Timeframe) => void;
}

const CHOICES = FRAMES.map((value) => ({ value: value as string, label: texts.frames[value] as string }));

/** Any time, up to now, or from a moment to another. */
export function TimeframeFilter({ value, onChange }: TimeframeFilterProps) {
  const { frame, from, to } = value;
  const [custom, setCustom] = useState(false);
  const shown = custom || from !== undefined || to !== undefined;
  const choose = (chosen: string | null) => {
    setCustom(chosen === 'custom');
    if (chosen === 'custom') onChange({ frame: undefined, from, to });
    else onChange({ frame: FRAMES.find((name) => name === chosen), from: undefined, to: undefined });
  };
  const moment = (text: string) => (text ? new Date(text).toISOString() : undefined);
  return (
    <Group gap="sm">
      <Select
        w={170}
        allowDeselect={false}
        aria-label={texts.label}
        data={[{ value: 'any', label: texts.any }, ...CHOICES, { value: 'custom', label: texts.custom }]}
        value={frame ?? (shown ? 'custom' : 'any')}
        onChange={choose}
      />
      {shown && !frame && (
        <>
          <TextInput
            type="datetime-local"
            aria-label={texts.from}
            value={from ? localTime(new Date(from)) : ''}
            onChange={(event) => onChange({ from: moment(event.currentTarget.value), to })}
          />
          <TextInput
            type="datetime-local"
            aria-label={texts.to}
            value={to ? localTime(new Date(to)) : ''}
            onChange={(event) => onChange({ from, to: moment(event.currentTarget.value) })}
          />
        </>
      )}
    </Group>
  );
}
