import { Drawer, Group, Stack, Text } from '@mantine/core';
import { $api, type Schema } from '#api/client';
import { byCursor, itemsOf } from '#api/pages';
import { common } from '#texts/common';
import { agentTools as texts } from '#texts/customers';
import { count } from '../figures';
import { StateBadge } from '../stateBadge';
import { Loaded } from '../states';
import { type Column, Table } from '../table';
import { Safety } from '../tools/marks';
import { Offered } from '../tools/offeredPart';

type CustomerTool = Schema<'CustomerTool'>;

interface AgentToolsProps {
  customer: string;
  /** The tool that is shown in full, by its name. */
  opened: string | undefined;
  onOpen: (tool: string | undefined) => void;
}

/** The tools that a customer's agent is shown, and whether each would work. */
export function AgentTools({ customer, opened, onOpen }: AgentToolsProps) {
  const query = $api.useInfiniteQuery(
    'get',
    '/api/v1/customers/{customer}/tools',
    { params: { path: { customer }, query: { limit: 200 } } },
    byCursor,
  );
  const rows = itemsOf(query.data);
  const shown = rows.find(({ name }) => name === opened);
  const tokens = rows.reduce((sum, tool) => sum + tool.tokens, 0);
  return (
    <Loaded query={query}>
      {() => (
        <Stack>
          <Group justify="space-between">
            <Text size="sm" c="dimmed" maw={640}>
              {texts.text}
            </Text>
            {!query.hasNextPage && <Text size="sm">{texts.sum(rows.length, common.tokens(tokens))}</Text>}
          </Group>
          <Table
            label={texts.label}
            columns={columns}
            rows={rows}
            rowKey={({ name }) => name}
            openKey={opened}
            onOpen={({ name }) => onOpen(name)}
            more={query.hasNextPage}
            onEnd={() => void query.fetchNextPage()}
            narrow={(tool) => (
              <Stack gap={4}>
                <Name tool={tool} />
                <Group gap={6}>
                  <Safety offered={tool} />
                  <Connection tool={tool} />
                </Group>
              </Stack>
            )}
          />
          <Drawer
            opened={shown !== undefined}
            onClose={() => onOpen(undefined)}
            title={opened}
            position="right"
            size="lg"
            closeButtonProps={{ 'aria-label': common.close }}
          >
            {shown && (
              <Stack>
                <Offered offered={shown} />
              </Stack>
            )}
          </Drawer>
        </Stack>
      )}
    </Loaded>
  );
}

const columns: Column<CustomerTool>[] = [
  { key: 'tool', title: texts.tool, width: 'minmax(0, 3fr)', cell: (tool) => <Name tool={tool} /> },
  {
    key: 'app',
    title: texts.app,
    width: '160px',
    above: 700,
    cell: ({ app }) => (
      <Text size="sm" className="ellipsis">
        {app ?? texts.builtIn}
      </Text>
    ),
  },
  {
    key: 'connection',
    title: texts.connection,
    width: 'minmax(0, 2fr)',
    cell: (tool) => <Connection tool={tool} />,
  },
  { key: 'kind', title: texts.kind, width: '120px', cell: (tool) => <Safety offered={tool} /> },
  {
    key: 'tokens',
    title: texts.tokens,
    width: '90px',
    align: 'right',
    above: 700,
    cell: ({ tokens }) => count(tokens),
  },
];

function Name({ tool: { name, title } }: { tool: CustomerTool }) {
  return (
    <div style={{ minWidth: 0 }}>
      <Text className="mono ellipsis" fw={600}>
        {name}
      </Text>
      {title && (
        <Text size="xs" c="dimmed" className="ellipsis">
          {title}
        </Text>
      )}
    </div>
  );
}

function Connection({ tool: { connection } }: { tool: CustomerTool }) {
  if (!connection) return null;
  const { name, works, reason } = connection;
  return (
    <div style={{ minWidth: 0 }}>
      <Group gap={6} wrap="nowrap">
        <Text size="sm" className="ellipsis">
          {name}
        </Text>
        <StateBadge color={works ? 'teal' : 'red'}>{works ? texts.works : texts.broken}</StateBadge>
      </Group>
      {reason && (
        <Text size="xs" c="dimmed" lineClamp={2} title={reason}>
          {reason}
        </Text>
      )}
    </div>
  );
}
