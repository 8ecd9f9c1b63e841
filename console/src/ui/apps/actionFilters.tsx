import { Checkbox, Group, Select } from '@mantine/core';
import { useMemo } from 'react';
import { actions as texts } from '#texts/actions';
import { SearchField } from '../searchField';
import { type ActionFilter, type ActionSummary, facets } from './filterActions';

interface ActionFiltersProps {
  /** What is filtered: its tags and methods can be chosen. */
  actions: ActionSummary[];
  value: ActionFilter;
  onChange: (filter: ActionFilter) => void;
}

/** Search, method, tag and "safe methods only" over actions. */
export function ActionFilters({ actions, value, onChange }: ActionFiltersProps) {
  const { tags, methods } = useMemo(() => facets(actions), [actions]);
  const options = (counted: [string, number][]) =>
    counted.map(([name, count]) => ({ value: name, label: `${name} (${count})` }));
  return (
    <Group gap="sm" align="center">
      <SearchField
        flex="2 1 220px"
        label={texts.search}
        value={value.search}
        onChange={(search) => onChange({ ...value, search })}
      />
      <Select
        flex="0 1 140px"
        clearable
        placeholder={texts.method}
        aria-label={texts.method}
        data={options(methods)}
        value={value.method ?? null}
        onChange={(method) => onChange({ ...value, method: method ?? undefined })}
      />
      <Select
        flex="1 1 160px"
        clearable
        searchable
        limit={200}
        placeholder={texts.tag}
        aria-label={texts.tag}
        data={options(tags)}
        value={value.tag ?? null}
        onChange={(tag) => onChange({ ...value, tag: tag ?? undefined })}
        disabled={tags.length === 0}
      />
      <Checkbox
        label={texts.readOnly}
        checked={value.readOnly ?? false}
        onChange={(event) => onChange({ ...value, readOnly: event.currentTarget.checked || undefined })}
      />
    </Group>
  );
}
