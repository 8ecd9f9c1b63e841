import { Group, Stack, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { actions as texts } from '#texts/actions';
import { count } from '../figures';
import { type Column, Table } from '../table';
import { ActionMarks } from './actionPicker';
import type { ActionSummary } from './filterActions';
import { Method } from './method';

/** Actions of an app; each opens on its own page. */
export function ActionTable({ app, actions }: { app: string; actions: ActionSummary[] }) {
  const navigate = useNavigate();
  return (
    <Table
      label={texts.title}
      columns={COLUMNS}
      rows={actions}
      rowKey={({ name }) => name}
      rowHeight={54}
      onOpen={({ name }) =>
        void navigate({ to: '/apps/$app/actions/$action', params: { app, action: name } })
      }
      narrow={(action) => (
        <Stack gap={2}>
          <Name action={action} />
          <Request action={action} />
        </Stack>
      )}
    />
  );
}

const COLUMNS: Column<ActionSummary>[] = [
  { key: 'name', title: texts.action, width: 'minmax(0, 3fr)', cell: (action) => <Name action={action} /> },
  {
    key: 'request',
    title: texts.request,
    width: 'minmax(0, 3fr)',
    cell: (action) => <Request action={action} />,
  },
  {
    key: 'tags',
    title: texts.tags,
    width: 'minmax(0, 1fr)',
    above: 860,
    cell: ({ tags }) => (
      <Text size="xs" c="dimmed" className="ellipsis" title={tags.join(', ')}>
        {tags.join(', ')}
      </Text>
    ),
  },
  {
    key: 'tokens',
    title: texts.tokens,
    width: '84px',
    align: 'right',
    above: 620,
    cell: ({ tokens }) => count(tokens),
  },
];

function Name({ action }: { action: ActionSummary }) {
  const about = action.title || action.description;
  return (
    <>
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
    </>
  );
}

function Request({ action: { method, path } }: { action: ActionSummary }) {
  return (
    <Group gap={6} wrap="nowrap">
      <Method method={method} />
      <Text span size="xs" className="mono ellipsis" title={path}>
        {path}
      </Text>
    </Group>
  );
}
