import { Button, Drawer, Group, Paper, Stack, Switch, Tabs, Text } from '@mantine/core';
import { useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { mergePatch, same } from '#api/mergePatch';
import { asProblem } from '#api/problem';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { toolPanel as texts, tools } from '#texts/tools';
import { ButtonLink } from '../links';
import { StateBadge } from '../stateBadge';
import { Loaded, ProblemNote } from '../states';
import { toast } from '../toasts';
import { AboutPart } from './aboutPart';
import { ArgumentsPart } from './argumentsPart';
import type { ServerTool } from './data';
import { JsonPart } from './jsonPart';
import { OfferedPart } from './offeredPart';
import { PANELS, type Panel } from './panels';
import { ResultPart } from './resultPart';
import { draftOf, type Settings, type ToolDraft, unsettable, withSettings } from './settings';

interface ToolDrawerProps {
  server: string;
  /** The tool that is open, if one is. */
  name: string | undefined;
  panel: Panel;
  onPanel: (panel: Panel) => void;
  onRenamed: (name: string) => void;
  onClose: () => void;
}

/** Everything that a tool of a server has. */
export function ToolDrawer(props: ToolDrawerProps) {
  const { name, onClose } = props;
  return (
    <Drawer
      opened={name !== undefined}
      onClose={onClose}
      position="right"
      size="xl"
      title={<Text className="mono ellipsis">{name}</Text>}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      {name !== undefined && <Opened key={name} {...props} name={name} />}
    </Drawer>
  );
}

function Opened(props: ToolDrawerProps & { name: string }) {
  const { server, name } = props;
  const tool = $api.useQuery('get', '/api/v1/servers/{server}/tools/{tool}', {
    params: { path: { server, tool: name } },
  });
  return <Loaded query={tool}>{(loaded) => <WithAction {...props} tool={loaded} />}</Loaded>;
}

function WithAction(props: ToolDrawerProps & { tool: ServerTool }) {
  const { app, action } = props.tool;
  const query = $api.useQuery('get', '/api/v1/apps/{app}/actions/{action}', {
    params: { path: { app, action } },
  });
  return <Loaded query={query}>{(loaded) => <Edited {...props} action={loaded} />}</Loaded>;
}

/** What every part of the panel gets. */
export interface PartProps {
  server: string;
  tool: ServerTool;
  action: Schema<'Action'>;
  draft: ToolDraft;
  onDraft: (changes: Partial<ToolDraft>) => void;
  onSettings: (changes: Settings) => void;
  /** What the API refused, by the path of the member. */
  problemAt: (field: string) => string | undefined;
  readOnly: boolean;
}

function Edited(props: ToolDrawerProps & { tool: ServerTool; action: Schema<'Action'> }) {
  const { server, tool, panel, onPanel, onRenamed } = props;
  const readOnly = !useMay()('servers:write');
  // What is edited belongs to the revision that it was read in: a change elsewhere is refused, not overwritten.
  const [read, setRead] = useState(tool);
  const [draft, setDraft] = useState(() => draftOf(tool));
  const [invalid, setInvalid] = useState<string>();
  const unsaved = !same(draftOf(read), draft);
  if (!unsaved && read.revision !== tool.revision) {
    setRead(tool);
    setDraft(draftOf(tool));
  }
  const saved = $api.useMutation('patch', '/api/v1/servers/{server}/tools/{tool}', {
    meta: { shown: true },
    onSuccess: (changed) => {
      toast(texts.saved);
      setRead(changed);
      setDraft(draftOf(changed));
      if (changed.name !== tool.name) onRenamed(changed.name);
    },
  });
  const nulls = unsettable(read.settings, draft.settings);
  const reason = invalid ?? (nulls.length > 0 ? `${nulls.join(', ')}: ${texts.arguments.noNull}` : undefined);
  const save = () =>
    saved.mutate({
      params: { path: { server, tool: read.name }, header: ifMatch(read.revision) },
      body: mergePatch(draftOf(read), draft),
    });
  const problem = saved.error ? asProblem(saved.error) : undefined;
  const part: PartProps = {
    ...props,
    draft,
    readOnly,
    onDraft: (changes) => setDraft((before) => ({ ...before, ...changes })),
    onSettings: (changes) =>
      setDraft((before) => ({ ...before, settings: withSettings(before.settings, changes) })),
    problemAt: (field) =>
      problem?.field?.replace(/^settings\./, '') === field ? problem.message : undefined,
  };
  return (
    <Stack>
      <Head {...part} />
      <Tabs
        value={panel}
        onChange={(value) => onPanel(PANELS.find((known) => known === value) ?? 'about')}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {PANELS.map((value) => (
            <Tabs.Tab key={value} value={value}>
              {texts.tabs[value]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="about">
          <AboutPart {...part} />
        </Tabs.Panel>
        <Tabs.Panel value="arguments">
          <ArgumentsPart {...part} />
        </Tabs.Panel>
        <Tabs.Panel value="result">
          <ResultPart {...part} />
        </Tabs.Panel>
        <Tabs.Panel value="offered">
          <OfferedPart {...part} unsaved={unsaved} />
        </Tabs.Panel>
        <Tabs.Panel value="json">
          <JsonPart {...part} onInvalid={setInvalid} />
        </Tabs.Panel>
      </Tabs>
      {problem && <ProblemNote error={problem} />}
      <Paper withBorder p="sm" pos="sticky" bottom={0} style={{ zIndex: 2 }}>
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed" role="status">
            {reason ?? (unsaved ? texts.unsaved : texts.published)}
          </Text>
          <Group gap="xs">
            <Button
              variant="default"
              disabled={!unsaved}
              onClick={() => {
                setDraft(draftOf(read));
                setInvalid(undefined);
                saved.reset();
              }}
            >
              {texts.reset}
            </Button>
            <Button
              loading={saved.isPending}
              disabled={readOnly || !unsaved || reason !== undefined}
              title={readOnly ? common.needs('servers:write') : reason}
              onClick={save}
            >
              {texts.save}
            </Button>
          </Group>
        </Group>
      </Paper>
    </Stack>
  );
}

function Head({ server, tool, action, draft, onDraft, readOnly }: PartProps) {
  const diff = $api.useQuery('get', '/api/v1/servers/{server}/diff', { params: { path: { server } } });
  const problems = diff.data?.problems.filter(({ place }) => place === `tools.${tool.name}`) ?? [];
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <StateBadge color={action.safe ? 'teal' : 'orange'}>
          {action.safe ? tools.safe : tools.writes}
        </StateBadge>
        <Text size="sm" className="mono" style={{ overflowWrap: 'anywhere' }}>
          {action.method} {action.path}
        </Text>
      </Group>
      <Group justify="space-between">
        <Switch
          label={texts.on}
          checked={draft.enabled}
          disabled={readOnly}
          onChange={(event) => onDraft({ enabled: event.currentTarget.checked })}
        />
        <ButtonLink
          size="xs"
          variant="light"
          to="/servers/$server/test"
          params={{ server }}
          search={{ tool: tool.name }}
        >
          {texts.toTest}
        </ButtonLink>
      </Group>
      {problems.length > 0 && (
        <Paper withBorder p="sm" role="alert" aria-label={texts.cannotBeOffered}>
          <Text size="sm" fw={600} c="red">
            {texts.cannotBeOffered}
          </Text>
          {problems.map(({ code, field, message }) => (
            <Text size="sm" key={`${code} ${field ?? ''}`}>
              {field ? `${field}: ` : ''}
              {message}
            </Text>
          ))}
        </Paper>
      )}
    </Stack>
  );
}
