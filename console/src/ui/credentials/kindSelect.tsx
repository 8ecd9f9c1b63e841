import { Select } from '@mantine/core';
import { credentials as texts } from '#texts/credentials';
import type { Preset } from './credential';

interface KindSelectProps {
  /** What the app asks for. */
  asked: Preset[];
  /** Any other kind. */
  others: Preset[];
  value: string;
  onChange: (id: string) => void;
}

/** Chooses a form of credential, what the app asks for first. */
export function KindSelect({ asked, others, value, onChange }: KindSelectProps) {
  const options = (presets: Preset[]) => presets.map(({ id, title }) => ({ value: id, label: title }));
  return (
    <Select
      label={texts.kind}
      allowDeselect={false}
      data={[
        ...(asked.length > 0 ? [{ group: texts.asked, items: options(asked) }] : []),
        { group: texts.others, items: options(others) },
      ]}
      value={value}
      onChange={(id) => id && onChange(id)}
    />
  );
}
