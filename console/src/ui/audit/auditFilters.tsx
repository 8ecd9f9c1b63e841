import { Group } from '@mantine/core';
import { audit } from '#texts/audit';
import { SearchField } from '../searchField';
import { TimeframeFilter } from '../timeframeFilter';
import type { AuditSearch } from './auditSearch';

interface AuditFiltersProps {
  search: AuditSearch;
  /** The log is of one object: it is not asked for. */
  fixedObject: boolean;
  onChange: (changes: AuditSearch) => void;
}

export function AuditFilters({ search, fixedObject, onChange }: AuditFiltersProps) {
  return (
    <Group gap="sm" className="filters">
      <TimeframeFilter value={search} onChange={onChange} />
      <SearchField
        w={220}
        label={audit.actor}
        value={search.actor}
        onChange={(actor) => onChange({ actor })}
      />
      <SearchField
        w={250}
        label={audit.event}
        value={search.event}
        onChange={(event) => onChange({ event })}
      />
      {!fixedObject && (
        <SearchField
          w={200}
          label={audit.object}
          value={search.object}
          onChange={(object) => onChange({ object })}
        />
      )}
    </Group>
  );
}
