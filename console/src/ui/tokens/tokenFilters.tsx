import { Group, Select, Switch } from '@mantine/core';
import { useUsers } from '#api/directory';
import { useSession } from '#api/session';
import { tokenList } from '#texts/tokens';
import type { TokenSearch } from './tokenSearch';

const texts = tokenList.filters;
const UNUSED = [7, 30, 90, 365];
const EXPIRING = [1, 7, 30];

interface TokenFiltersProps {
  filters: TokenSearch;
  onChange: (changes: TokenSearch) => void;
}

/** What should go: never used, long unused, about to end, of an owner who is shut out. */
export function TokenFilters({ filters, onChange }: TokenFiltersProps) {
  const users = useUsers();
  const { user } = useSession();
  const owners = (users.data ?? (user ? [user] : [])).map(({ id, email }) => ({ value: id, label: email }));
  const states = Object.entries(tokenList.states).map(([value, label]) => ({ value, label }));
  const unused = filters.never ? 'never' : (filters.unused?.toString() ?? null);
  return (
    <Group gap="sm" align="center" className="filters">
      <Select
        clearable
        w={150}
        aria-label={texts.state}
        placeholder={texts.any}
        data={states}
        value={filters.state ?? null}
        onChange={(state) => onChange({ state: stateOf(state) })}
      />
      <Select
        clearable
        searchable
        w={210}
        aria-label={texts.owner}
        placeholder={texts.anyOwner}
        data={[{ value: 'account', label: tokenList.ownerAccount }, ...owners]}
        value={filters.owner ?? null}
        onChange={(owner) => onChange({ owner: owner ?? undefined })}
      />
      <Select
        clearable
        w={190}
        aria-label={texts.unused}
        placeholder={texts.anyUse}
        data={[
          { value: 'never', label: texts.never },
          ...UNUSED.map((days) => ({ value: days.toString(), label: texts.unusedDays(days) })),
        ]}
        value={unused}
        onChange={(chosen) =>
          onChange({
            never: chosen === 'never' || undefined,
            unused: chosen && chosen !== 'never' ? Number(chosen) : undefined,
          })
        }
      />
      <Select
        clearable
        w={190}
        aria-label={texts.expiring}
        placeholder={texts.anyEnd}
        data={EXPIRING.map((days) => ({ value: days.toString(), label: texts.expiringDays(days) }))}
        value={filters.expiring?.toString() ?? null}
        onChange={(days) => onChange({ expiring: days ? Number(days) : undefined })}
      />
      <Switch
        label={texts.ownerDisabled}
        checked={filters.ownerDisabled ?? false}
        onChange={(event) => onChange({ ownerDisabled: event.currentTarget.checked || undefined })}
      />
    </Group>
  );
}

function stateOf(value: string | null): TokenSearch['state'] {
  return value === 'live' || value === 'expired' || value === 'revoked' ? value : undefined;
}
