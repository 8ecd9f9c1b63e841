import { Button, Group, Stack, Text } from '@mantine/core';
import { IconMessage2, IconPlus } from '@tabler/icons-react';
import { $api, type Schema } from '#api/client';
import { byCursor, itemsOf } from '#api/pages';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { prompts as texts } from '#texts/prompts';
import { When } from '../figures';
import { Empty, Loaded } from '../states';
import { type Column, Table } from '../table';
import { DraftName } from './draftName';

type Prompt = Schema<'ServerPrompt'>;

interface PromptsProps {
  server: string;
  openName: string | undefined;
  onOpen: (name: string) => void;
  onAdd: () => void;
}

/** The prompts of a server's draft. */
export function Prompts({ server, openName, onOpen, onAdd }: PromptsProps) {
  const may = useMay()('servers:write');
  const path = { server };
  const query = $api.useInfiniteQuery(
    'get',
    '/api/v1/servers/{server}/prompts',
    { params: { path } },
    byCursor,
  );
  const diff = $api.useQuery('get', '/api/v1/servers/{server}/diff', { params: { path } });
  const add = (
    <Button
      leftSection={<IconPlus size={16} />}
      disabled={!may}
      title={may ? undefined : common.needs('servers:write')}
      onClick={onAdd}
    >
      {texts.add}
    </Button>
  );
  return (
    <Loaded query={query}>
      {(data) => {
        const rows = itemsOf<Prompt>(data);
        if (rows.length === 0) {
          return (
            <Empty icon={<IconMessage2 />} title={texts.emptyTitle} action={add}>
              {texts.emptyText}
            </Empty>
          );
        }
        return (
          <Stack>
            <Group justify="flex-end">{add}</Group>
            <Table
              label={texts.label}
              columns={columns(diff.data?.prompts)}
              rows={rows}
              rowKey={({ name }) => name}
              rowHeight={56}
              onOpen={({ name }) => onOpen(name)}
              openKey={openName}
              narrow={(prompt) => <DraftName {...prompt} changes={diff.data?.prompts} />}
              more={query.hasNextPage}
              onEnd={query.fetchNextPage}
            />
          </Stack>
        );
      }}
    </Loaded>
  );
}

function columns(changes: Schema<'NameChanges'> | undefined): Column<Prompt>[] {
  return [
    {
      key: 'name',
      title: texts.columns.name,
      width: 'minmax(220px, 3fr)',
      cell: (prompt) => <DraftName {...prompt} changes={changes} />,
    },
    {
      key: 'arguments',
      title: texts.columns.arguments,
      width: 'minmax(120px, 1.5fr)',
      above: 700,
      cell: (prompt) => (
        <Text className="mono ellipsis" size="sm">
          {prompt.arguments?.map(({ name }) => name).join(', ')}
        </Text>
      ),
    },
    {
      key: 'messages',
      title: texts.columns.messages,
      width: '100px',
      align: 'right',
      cell: ({ messages }) => messages.length,
    },
    {
      key: 'changed',
      title: texts.columns.changed,
      width: '130px',
      above: 700,
      cell: ({ updated_at }) => <When at={updated_at} />,
    },
  ];
}
