import { Badge, Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { IconStack2 } from '@tabler/icons-react';
import { useDeferredValue, useId, useMemo, useState } from 'react';
import { actions as texts } from '#texts/actions';
import { common } from '#texts/common';
import { count } from '../figures';
import { Empty, Failure, Waiting } from '../states';
import { type Column, Table } from '../table';
import { ActionFilters } from './actionFilters';
import { type ActionFilter, type ActionSummary, filterActions, tokensOf } from './filterActions';
import { Method } from './method';
import { useActions } from './useActions';

interface ActionPickerProps {
  /** The app's id. */
  app: string;
  /** Names of the actions that are chosen. */
  selected: ReadonlySet<string>;
  onChange: (selected: ReadonlySet<string>) => void;
  /** CSS height of the list. */
  maxHeight?: string;
}

/** Chooses actions of an app: search and filters over thousands, one by one or all that are found. */
export function ActionPicker({ app, selected, onChange, maxHeight = '46vh' }: ActionPickerProps) {
  const [filter, setFilter] = useState<ActionFilter>({});
  const { query, actions, complete } = useActions(app);
  const deferred = useDeferredValue(filter);
  const found = useMemo(() => filterActions(actions, deferred), [actions, deferred]);
  const prefix = useId();
  if (query.error && actions.length === 0) {
    return <Failure error={query.error} retry={() => query.refetch()} />;
  }
  if (query.data === undefined) return <Waiting />;
  if (complete && actions.length === 0) {
    return (
      <Empty icon={<IconStack2 />} title={texts.noneTitle}>
        {texts.noneText}
      </Empty>
    );
  }

  const chosen = found.filter(({ name }) => selected.has(name)).length;
  const set = (names: string[], on: boolean) => {
    const next = new Set(selected);
    for (const name of names) {
      if (on) next.add(name);
      else next.delete(name);
    }
    onChange(next);
  };
  const names = found.map(({ name }) => name);
  const columns: Column<ActionSummary>[] = [
    {
      key: 'chosen',
      title: (
        <Checkbox
          size="sm"
          aria-label={texts.selectFound(found.length)}
          checked={found.length > 0 && chosen === found.length}
          indeterminate={chosen > 0 && chosen < found.length}
          onChange={(event) => set(names, event.currentTarget.checked)}
        />
      ),
      width: '44px',
      cell: ({ name }) => (
        <Checkbox
          size="sm"
          id={`${prefix}${name}`}
          aria-label={name}
          checked={selected.has(name)}
          onChange={(event) => set([name], event.currentTarget.checked)}
        />
      ),
    },
    {
      key: 'name',
      title: texts.action,
      width: 'minmax(0, 3fr)',
      cell: (action) => <ActionLabel action={action} htmlFor={`${prefix}${action.name}`} />,
    },
    {
      key: 'request',
      title: texts.request,
      width: 'minmax(0, 2fr)',
      above: 620,
      cell: ({ method, path }) => (
        <Group gap={6} wrap="nowrap">
          <Method method={method} />
          <Text span size="xs" className="mono ellipsis" title={path}>
            {path}
          </Text>
        </Group>
      ),
    },
    {
      key: 'tokens',
      title: texts.tokens,
      width: '84px',
      align: 'right',
      above: 420,
      cell: ({ tokens }) => count(tokens),
    },
  ];

  return (
    <Stack gap="sm">
      <ActionFilters actions={actions} value={filter} onChange={setFilter} />
      <Group justify="space-between" gap="xs" mih={30}>
        <Text size="sm" role="status">
          {texts.counts(selected.size, tokensOf(actions, selected), found.length, actions.length)}
          {!complete && ` ${common.loading}`}
        </Text>
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="light"
            disabled={chosen === found.length}
            onClick={() => set(names, true)}
          >
            {texts.selectFound(found.length)}
          </Button>
          <Button
            size="compact-sm"
            variant="subtle"
            disabled={selected.size === 0}
            onClick={() => onChange(new Set())}
          >
            {texts.clear}
          </Button>
        </Group>
      </Group>
      {found.length === 0 ? (
        <Text c="dimmed" ta="center" p="lg">
          {texts.noneFound}
        </Text>
      ) : (
        <Table
          label={texts.title}
          columns={columns}
          rows={found}
          rowKey={({ name }) => name}
          rowHeight={52}
          maxHeight={maxHeight}
        />
      )}
    </Stack>
  );
}

function ActionLabel({ action, htmlFor }: { action: ActionSummary; htmlFor: string }) {
  const about = action.title || action.description;
  return (
    <label htmlFor={htmlFor}>
      <Group gap={6} wrap="nowrap">
        <Text span size="sm" fw={600} className="mono ellipsis" title={action.name}>
          {action.name}
        </Text>
        <ActionMarks action={action} />
      </Group>
      {about && (
        <Text size="xs" c="dimmed" className="ellipsis" title={about}>
          {about}
        </Text>
      )}
    </label>
  );
}

/** What is special about an action. */
export function ActionMarks({ action }: { action: ActionSummary }) {
  return (
    <>
      {action.deprecated && (
        <Badge size="xs" variant="light" color="gray">
          {texts.deprecated}
        </Badge>
      )}
      {action.gone_at && (
        <Badge size="xs" variant="light" color="red" title={texts.goneHint}>
          {texts.gone}
        </Badge>
      )}
      {action.made === 'by_hand' && (
        <Badge size="xs" variant="light" color="grape">
          {texts.byHand}
        </Badge>
      )}
    </>
  );
}
