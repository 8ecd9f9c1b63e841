import { Group, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { asProblem } from '#api/problem';
import { useMay } from '#api/session';
import { testing as texts } from '#texts/testing';
import { ButtonLink } from '../links';
import { Empty, Forbidden, Loaded } from '../states';
import { offeredTools, type TestedTool, type Version } from '../tools/data';
import { ToolTest } from './toolTest';

const VERSIONS = ['draft', 'published'] as const;

export interface TestingProps {
  server: string;
  tool: string | undefined;
  version: Version;
  testCase: string | undefined;
  view: 'form' | 'json';
  onTool: (name: string | undefined) => void;
  onVersion: (version: Version) => void;
  onCase: (id: string | undefined) => void;
  onView: (view: 'form' | 'json') => void;
}

/** Calls tools as a client would, those of the draft too. */
export function Testing(props: TestingProps) {
  const { server, version, onVersion } = props;
  const may = useMay()('servers:test');
  const query = useQuery({ ...offeredTools(server, version), enabled: may });
  if (!may) return <Forbidden permission="servers:test" />;
  const unpublished = query.error !== null && asProblem(query.error).code === 'not_published';
  return (
    <Stack>
      <Group align="flex-end" gap="sm">
        <SegmentedControl
          aria-label={texts.version}
          data={VERSIONS.map((value) => ({ value, label: texts.versions[value] }))}
          value={version}
          onChange={(value) => onVersion(value === 'published' ? value : 'draft')}
        />
        {query.data && query.data.length > 0 && <ToolChoice {...props} tools={query.data} />}
      </Group>
      {unpublished ? (
        <Content {...props} tools={[]} />
      ) : (
        <Loaded query={query}>{(tools) => <Content {...props} tools={tools} />}</Loaded>
      )}
    </Stack>
  );
}

function ToolChoice({ tools, tool, onTool }: TestingProps & { tools: TestedTool[] }) {
  const byName = new Map(tools.map((one) => [one.name, one]));
  return (
    <Select
      aria-label={texts.tool}
      placeholder={texts.choose}
      searchable
      clearable
      // More than that nobody reads: a word more finds it.
      limit={100}
      maxDropdownHeight={360}
      w={{ base: '100%', sm: 420 }}
      data={tools.map(({ name }) => name)}
      value={tool ?? null}
      onChange={(name) => onTool(name ?? undefined)}
      renderOption={({ option }) => {
        const one = byName.get(option.value);
        return (
          <Stack gap={0} miw={0}>
            <Text className="mono" size="sm">
              {option.value} {one?.enabled === false && `(${texts.off})`}
            </Text>
            <Text size="xs" c="dimmed" lineClamp={1}>
              {one?.title ?? one?.description}
            </Text>
          </Stack>
        );
      }}
    />
  );
}

function Content(props: TestingProps & { tools: TestedTool[] }) {
  const { server, tools, tool, version, testCase } = props;
  if (tools.length === 0) {
    const action =
      version === 'draft' ? (
        <ButtonLink to="/servers/$server/tools" params={{ server }}>
          {texts.toTools}
        </ButtonLink>
      ) : (
        <ButtonLink to="/servers/$server/test" params={{ server }} search={{}}>
          {texts.testDraft}
        </ButtonLink>
      );
    return (
      <Empty icon={<IconPlayerPlay />} title={texts.emptyTitle} action={action}>
        {texts.emptyText[version]}
      </Empty>
    );
  }
  if (tool === undefined) {
    return (
      <Empty icon={<IconPlayerPlay />} title={texts.chooseTitle}>
        {texts.chooseText}
      </Empty>
    );
  }
  const tested = tools.find(({ name }) => name === tool);
  if (!tested) {
    return (
      <Empty icon={<IconPlayerPlay />} title={texts.unknownTitle(tool)}>
        {texts.unknownText[version]}
      </Empty>
    );
  }
  return <ToolTest key={`${version} ${tool} ${testCase ?? ''}`} {...props} tested={tested} />;
}
