import { Button, Group, Paper, SegmentedControl, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { $api, type Schema } from '#api/client';
import { testing as texts } from '#texts/testing';
import { Code } from '../code';
import { SchemaForm } from '../schemaForm';
import { readObject } from '../schemaForm/readObject';
import { Loaded } from '../states';
import type { TestedTool } from '../tools/data';
import { Cases } from './cases';
import { Result } from './result';
import { SaveCase } from './saveCase';
import type { TestingProps } from './testing';
import type { Values } from './values';

type Props = TestingProps & { tested: TestedTool };

/** One tool: its arguments, its test cases, and what it answered. */
export function ToolTest(props: Props) {
  const { server, tested, version, testCase } = props;
  const path = { server, tool: tested.name };
  // A published tool that the draft has lost or renamed has no cases.
  const cases = $api.useQuery(
    'get',
    '/api/v1/servers/{server}/tools/{tool}/test-cases',
    { params: { path, query: { limit: 200 } } },
    { enabled: version === 'draft' || testCase !== undefined, retry: false },
  );
  if (testCase === undefined) return <Called {...props} cases={cases.data?.items ?? []} opened={undefined} />;
  return (
    <Loaded query={cases}>
      {({ items }) => <Called {...props} cases={items} opened={items.find(({ id }) => id === testCase)} />}
    </Loaded>
  );
}

function Called(props: Props & { cases: Schema<'TestCase'>[]; opened: Schema<'TestCase'> | undefined }) {
  const { server, tested, version, cases, opened } = props;
  const [text, setText] = useState(() => JSON.stringify(opened?.arguments ?? {}, undefined, 2));
  const read = readObject(text);
  // The form shows what was last an object, while the JSON is being written.
  const [values, setValues] = useState<Values>(() => opened?.arguments ?? {});
  const called = $api.useMutation('post', '/api/v1/servers/{server}/test/tools/{tool}', {
    meta: { shown: true },
  });
  const write = (next: string) => {
    setText(next);
    const { value } = readObject(next);
    if (value) setValues(value);
  };
  const fill = (next: Values) => {
    setValues(next);
    setText(JSON.stringify(next, undefined, 2));
  };
  const run = (next: Values) =>
    called.mutate({ params: { path: { server, tool: tested.name } }, body: { arguments: next, version } });
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Stack miw={0}>
        <Paper withBorder p="md">
          <Stack>
            <Arguments
              {...props}
              text={text}
              values={values}
              error={read.error}
              onText={write}
              onValues={fill}
              onRun={run}
            >
              <Group justify="space-between" gap="xs">
                <Button
                  type="submit"
                  leftSection={<IconPlayerPlay size={16} />}
                  loading={called.isPending}
                  disabled={read.error !== undefined}
                >
                  {texts.run}
                </Button>
                {version === 'draft' && (
                  <SaveCase {...props} values={values} invalid={read.error !== undefined} />
                )}
              </Group>
            </Arguments>
          </Stack>
        </Paper>
        {version === 'draft' && <Cases {...props} cases={cases} />}
      </Stack>
      <Paper component="section" aria-label={texts.result} withBorder p="md" miw={0}>
        <Result result={called.data} error={called.error} pending={called.isPending} />
      </Paper>
    </SimpleGrid>
  );
}

interface ArgumentsProps {
  text: string;
  values: Values;
  error: string | undefined;
  onText: (text: string) => void;
  onValues: (values: Values) => void;
  onRun: (values: Values) => void;
  children: React.ReactNode;
}

function Arguments(props: Props & ArgumentsProps) {
  const { tested, view, onView, text, values, error, onText, onValues, onRun, children } = props;
  return (
    <>
      <Group justify="space-between" gap="xs">
        <Title order={2} size="h4">
          {texts.arguments}
        </Title>
        <SegmentedControl
          size="xs"
          aria-label={texts.view}
          data={(['form', 'json'] as const).map((value) => ({ value, label: texts.views[value] }))}
          value={view}
          onChange={(value) => onView(value === 'json' ? 'json' : 'form')}
        />
      </Group>
      <Text size="sm" c="dimmed" lineClamp={4} style={{ whiteSpace: 'pre-line' }}>
        {tested.description}
      </Text>
      {!tested.safe && (
        <Text size="sm" fw={600}>
          {texts.writes}
        </Text>
      )}
      {view === 'form' ? (
        <SchemaForm schema={tested.input_schema} value={values} onChange={onValues} onSubmit={onRun}>
          {children}
        </SchemaForm>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!error) onRun(values);
          }}
        >
          <Stack>
            <Code label={texts.arguments} value={text} onChange={onText} error={error} minHeight="180px" />
            {children}
          </Stack>
        </form>
      )}
    </>
  );
}
