import { Group, Stack, Text, Title } from '@mantine/core';
import { $api, type Schema } from '#api/client';
import { toolPanel, tools } from '#texts/tools';
import { count } from '../figures';
import { Json } from '../json';
import { TokenMeter } from '../tokenMeter';
import { tokensOf } from './rows';
import type { PartProps } from './toolDrawer';

const texts = toolPanel.offered;

/** What clients are told of the tool, and what that costs. */
export function OfferedPart({ server, tool, unsaved }: PartProps & { unsaved: boolean }) {
  const diff = $api.useQuery('get', '/api/v1/servers/{server}/diff', { params: { path: { server } } });
  const { offered } = tool;
  if (!offered) return <Text c="dimmed">{texts.none}</Text>;
  const budget = diff.data?.budget;
  return (
    <Stack>
      {unsaved && (
        <Text size="sm" c="dimmed">
          {texts.unsaved}
        </Text>
      )}
      <Group gap="xl">
        <Stack gap={0}>
          <Text size="xs" c="dimmed">
            {texts.tokens}
          </Text>
          <Text fw={600}>{count(tokensOf({ ...offered, name: tool.name, enabled: tool.enabled }))}</Text>
        </Stack>
        {budget && (
          <Stack gap={0}>
            <Text size="xs" c="dimmed">
              {texts.list}
            </Text>
            <TokenMeter
              label={tools.budget}
              tokens={budget.tokens}
              listBytes={budget.bytes}
              budget={budget.token_budget}
              warning={budget.token_warning}
            />
          </Stack>
        )}
      </Group>
      <Offered offered={offered} />
    </Stack>
  );
}

/** What clients are told of a tool. */
export function Offered({ offered }: { offered: Schema<'OfferedTool'> }) {
  return (
    <>
      <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }} size="sm">
        {offered.description}
      </Text>
      <Title order={3} size="h5">
        {texts.input}
      </Title>
      <Json label={texts.input} value={offered.input_schema} />
      <Title order={3} size="h5">
        {texts.output}
      </Title>
      {offered.output_schema ? (
        <Json label={texts.output} value={offered.output_schema} />
      ) : (
        <Text c="dimmed">{texts.noOutput}</Text>
      )}
    </>
  );
}
