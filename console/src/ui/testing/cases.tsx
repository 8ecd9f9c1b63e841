import {
  ActionIcon,
  Button,
  Group,
  Menu,
  Modal,
  Paper,
  Stack,
  Text,
  Title,
  UnstyledButton,
} from '@mantine/core';
import { IconDots, IconPencil, IconPlayerPlay, IconPlayerTrackNext, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { $api, client, ifMatch, type Schema } from '#api/client';
import { asProblem } from '#api/problem';
import { common } from '#texts/common';
import { testing } from '#texts/testing';
import { Confirm } from '../confirm';
import { duration } from '../figures';
import { Verdict } from './result';
import { NameForm } from './saveCase';
import type { TestingProps } from './testing';

const texts = testing.cases;

type TestCase = Schema<'TestCase'>;

interface CasesProps extends TestingProps {
  tested: Schema<'TestedTool'>;
  cases: TestCase[];
}

/** What a run of a case came to. */
type Run = { result: Schema<'TestResult'> } | { problem: string } | 'running';

/** Calls that are kept to be tried again: one by one, or all. */
export function Cases(props: CasesProps) {
  const { server, tested, cases, version } = props;
  const [runs, setRuns] = useState<Record<string, Run>>({});
  const note = (id: string, run: Run) => setRuns((before) => ({ ...before, [id]: run }));
  const run = useMutation({
    meta: { shown: true },
    mutationFn: async (chosen: TestCase[]) => {
      // One after the other: a case may count on what the one before it did.
      for (const { id } of chosen) {
        note(id, 'running');
        try {
          const { data } = await client.POST(
            '/api/v1/servers/{server}/tools/{tool}/test-cases/{test_case}/run',
            {
              params: { path: { server, tool: tested.name, test_case: id } },
              body: { version },
            },
          );
          if (data) note(id, { result: data });
        } catch (error) {
          note(id, { problem: asProblem(error).message });
        }
      }
    },
  });
  const ended = cases.map(({ id }) => runs[id]).filter((one) => one !== undefined && one !== 'running');
  const passed = ended.filter((one) => 'result' in one && !one.result.is_error).length;
  return (
    <Paper withBorder p="md">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2} size="h4">
            {texts.title}
          </Title>
          <Group gap="sm">
            {ended.length > 0 && (
              <Text size="sm" role="status">
                {texts.summary(passed, ended.length)}
              </Text>
            )}
            {cases.length > 0 && (
              <Button
                size="xs"
                variant="light"
                leftSection={<IconPlayerTrackNext size={14} />}
                loading={run.isPending}
                onClick={() => run.mutate(cases)}
              >
                {texts.runAll}
              </Button>
            )}
          </Group>
        </Group>
        {cases.length === 0 && (
          <Text size="sm" c="dimmed">
            {texts.none}
          </Text>
        )}
        <Stack gap={2} component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
          {cases.map((one) => (
            <Case
              key={one.id}
              {...props}
              one={one}
              run={runs[one.id]}
              busy={run.isPending}
              onRun={() => run.mutate([one])}
            />
          ))}
        </Stack>
      </Stack>
    </Paper>
  );
}

interface CaseProps extends CasesProps {
  one: TestCase;
  run: Run | undefined;
  busy: boolean;
  onRun: () => void;
}

function Case(props: CaseProps) {
  const { one, run, busy, onRun, testCase, onCase } = props;
  const [asked, setAsked] = useState<'rename' | 'remove'>();
  return (
    <Group component="li" gap="xs" wrap="nowrap" justify="space-between">
      <UnstyledButton
        onClick={() => onCase(one.id)}
        aria-label={texts.load(one.name)}
        aria-current={testCase === one.id || undefined}
        miw={0}
        flex={1}
      >
        <Text size="sm" fw={testCase === one.id ? 700 : undefined} className="ellipsis">
          {one.name}
        </Text>
        {typeof run === 'object' && 'problem' in run && (
          <Text size="xs" c="red">
            {run.problem}
          </Text>
        )}
      </UnstyledButton>
      {typeof run === 'object' && 'result' in run && (
        <>
          <Text size="xs" c="dimmed">
            {duration(run.result.duration_us)}
          </Text>
          <Verdict result={run.result} />
        </>
      )}
      <ActionIcon
        variant="subtle"
        aria-label={texts.run(one.name)}
        disabled={busy}
        loading={run === 'running'}
        onClick={onRun}
      >
        <IconPlayerPlay size={16} />
      </ActionIcon>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={texts.actionsOf(one.name)}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={14} />} onClick={() => setAsked('rename')}>
            {texts.rename}
          </Menu.Item>
          <Menu.Item color="red" leftSection={<IconTrash size={14} />} onClick={() => setAsked('remove')}>
            {texts.remove}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Rename {...props} opened={asked === 'rename'} onClose={() => setAsked(undefined)} />
      <Remove {...props} opened={asked === 'remove'} onClose={() => setAsked(undefined)} />
    </Group>
  );
}

type Asked = CaseProps & { opened: boolean; onClose: () => void };

function Rename({ server, tested, one, opened, onClose }: Asked) {
  const renamed = $api.useMutation('patch', '/api/v1/servers/{server}/tools/{tool}/test-cases/{test_case}', {
    meta: { shown: true },
    onSuccess: onClose,
  });
  const path = { server, tool: tested.name, test_case: one.id };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={texts.editTitle}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <NameForm
        name={one.name}
        pending={renamed.isPending}
        error={renamed.error}
        onName={(name) => renamed.mutate({ params: { path, header: ifMatch(one.revision) }, body: { name } })}
      />
    </Modal>
  );
}

function Remove({ server, tested, one, opened, onClose, testCase, onCase }: Asked) {
  const removed = $api.useMutation('delete', '/api/v1/servers/{server}/tools/{tool}/test-cases/{test_case}', {
    meta: { shown: true },
    onSuccess: () => {
      onClose();
      if (testCase === one.id) onCase(undefined);
    },
  });
  const path = { server, tool: tested.name, test_case: one.id };
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={texts.removeTitle}
      act={texts.remove}
      pending={removed.isPending}
      error={removed.error}
      onConfirm={() => removed.mutate({ params: { path, header: ifMatch(one.revision) } })}
    >
      {texts.removeText(one.name)}
    </Confirm>
  );
}
