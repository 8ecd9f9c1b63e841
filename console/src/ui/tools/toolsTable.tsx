import { ActionIcon, Badge, Checkbox, Group, Menu, Stack, Switch, Text, Tooltip } from '@mantine/core';
import { IconCopyPlus, IconDots, IconPencil, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '#api/client';
import { common } from '#texts/common';
import { tools as texts } from '#texts/tools';
import { count } from '../figures';
import { MenuLink } from '../links';
import { type Column, Table } from '../table';
import { draftTools, type ServerTool } from './data';
import { Marks } from './marks';
import { RemoveTools } from './removeTools';
import type { ToolRow } from './rows';

interface ToolsTableProps {
  server: string;
  rows: ToolRow[];
  selected: ReadonlySet<string>;
  onSelected: (names: ReadonlySet<string>) => void;
  appTitle: (app: string) => string;
  openName: string | undefined;
  onOpen: (name: string) => void;
  onAgain: (name: string) => void;
  mayWrite: boolean;
}

export function ToolsTable(props: ToolsTableProps) {
  const { server, rows, selected, onSelected, appTitle, openName, onOpen, mayWrite } = props;
  const [removing, setRemoving] = useState<string>();
  const pick = (names: string[], picked: boolean) => {
    const next = new Set(selected);
    for (const name of names) picked ? next.add(name) : next.delete(name);
    onSelected(next);
  };
  const names = rows.map(({ tool }) => tool.name);
  const picked = names.filter((name) => selected.has(name)).length;
  const box = ({ tool: { name } }: ToolRow) => (
    <Checkbox
      aria-label={texts.select(name)}
      checked={selected.has(name)}
      disabled={!mayWrite}
      onChange={(event) => pick([name], event.currentTarget.checked)}
    />
  );
  const menu = (row: ToolRow) => (
    <RowMenu {...props} tool={row.tool} onRemove={() => setRemoving(row.tool.name)} />
  );
  const columns: Column<ToolRow>[] = [
    {
      key: 'select',
      width: '44px',
      title: (
        <Checkbox
          size="xs"
          aria-label={texts.selectAll}
          disabled={!mayWrite}
          checked={picked > 0 && picked === names.length}
          indeterminate={picked > 0 && picked < names.length}
          onChange={(event) => pick(names, event.currentTarget.checked)}
        />
      ),
      cell: box,
    },
    {
      key: 'on',
      width: '64px',
      title: texts.columns.on,
      cell: ({ tool }) => <Toggle server={server} tool={tool} disabled={!mayWrite} />,
    },
    {
      key: 'name',
      width: 'minmax(220px, 3fr)',
      title: texts.columns.name,
      cell: (row) => <Name row={row} />,
    },
    {
      key: 'action',
      width: 'minmax(140px, 1.4fr)',
      title: texts.columns.action,
      above: 820,
      cell: ({ tool }) => (
        <Stack gap={0}>
          <Text className="mono ellipsis" title={tool.action}>
            {tool.action}
          </Text>
          <Text size="xs" c="dimmed" className="ellipsis">
            {appTitle(tool.app)}
          </Text>
        </Stack>
      ),
    },
    {
      key: 'kind',
      width: '190px',
      title: texts.columns.kind,
      above: 700,
      cell: (row) => <Marks row={row} />,
    },
    {
      key: 'tokens',
      width: '80px',
      title: texts.columns.tokens,
      align: 'right',
      cell: ({ tokens }) => (tokens === undefined ? '–' : count(tokens)),
    },
    { key: 'menu', width: '52px', title: <span className="spoken">{common.actions}</span>, cell: menu },
  ];
  return (
    <>
      <Table
        label={texts.label}
        columns={columns}
        rows={rows}
        rowKey={({ tool }) => tool.name}
        rowHeight={56}
        onOpen={({ tool }) => onOpen(tool.name)}
        openKey={openName}
        narrow={(row) => (
          <Stack gap={6} py={4}>
            <Group gap="xs" wrap="nowrap" align="flex-start">
              {box(row)}
              <Name row={row} />
              {menu(row)}
            </Group>
            <Group gap="xs" justify="space-between">
              <Marks row={row} />
              <Group gap="sm">
                {row.tokens !== undefined && <Text size="xs">{common.tokens(row.tokens)}</Text>}
                <Toggle server={server} tool={row.tool} disabled={!mayWrite} />
              </Group>
            </Group>
          </Stack>
        )}
      />
      <RemoveTools
        server={server}
        names={removing === undefined ? [] : [removing]}
        onClose={() => setRemoving(undefined)}
      />
    </>
  );
}

function Name({ row: { tool, offered, problems } }: { row: ToolRow }) {
  return (
    <Stack gap={0} miw={0} flex={1}>
      <Group gap={6} wrap="nowrap">
        <Text className="mono ellipsis" fw={600} title={tool.name}>
          {tool.name}
        </Text>
        {problems.length > 0 && (
          <Tooltip label={problems.map(({ message }) => message).join(' ')} multiline maw={420}>
            <Badge size="xs" color="red" variant="filled" flex="none">
              {texts.problems(problems.length)}
            </Badge>
          </Tooltip>
        )}
      </Group>
      <Text size="xs" c="dimmed" className="ellipsis">
        {offered?.title ?? offered?.description}
      </Text>
    </Stack>
  );
}

/** On or off at once; what could not be changed goes back, and says so. */
function Toggle({ server, tool, disabled }: { server: string; tool: ServerTool; disabled: boolean }) {
  const queries = useQueryClient();
  const { queryKey } = draftTools(server);
  const set = (enabled: boolean) =>
    queries.setQueryData(queryKey, (all) =>
      all?.map((one) => (one.name === tool.name ? { ...one, enabled } : one)),
    );
  const toggled = useMutation({
    mutationFn: (enabled: boolean) =>
      client.PATCH('/api/v1/servers/{server}/tools/{tool}', {
        params: { path: { server, tool: tool.name }, header: { 'If-Match': '*' } },
        body: { enabled },
      }),
    onMutate: (enabled) => {
      set(enabled);
    },
    onError: (_error, enabled) => {
      set(!enabled);
    },
  });
  return (
    <Switch
      aria-label={texts.toggle(tool.name)}
      checked={tool.enabled}
      disabled={disabled}
      title={disabled ? common.needs('servers:write') : undefined}
      onChange={(event) => toggled.mutate(event.currentTarget.checked)}
    />
  );
}

function RowMenu(props: ToolsTableProps & { tool: ServerTool; onRemove: () => void }) {
  const { server, tool, mayWrite, onOpen, onAgain, onRemove } = props;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={texts.actionsOf(tool.name)}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={14} />} onClick={() => onOpen(tool.name)}>
          {texts.edit}
        </Menu.Item>
        <MenuLink
          leftSection={<IconPlayerPlay size={14} />}
          to="/servers/$server/test"
          params={{ server }}
          search={{ tool: tool.name }}
        >
          {texts.test}
        </MenuLink>
        <Menu.Item
          leftSection={<IconCopyPlus size={14} />}
          disabled={!mayWrite}
          onClick={() => onAgain(tool.name)}
        >
          {texts.again}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item color="red" leftSection={<IconTrash size={14} />} disabled={!mayWrite} onClick={onRemove}>
          {texts.remove}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
