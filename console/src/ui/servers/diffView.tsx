import { Alert, Code, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Schema } from '#api/client';
import { publishing as texts } from '#texts/server';
import { TextLink } from '../links';
import { TokenMeter } from '../tokenMeter';
import { Breaking, ChangedSetting, NamedThings, Names, Section } from './diffParts';

type Diff = Schema<'ServerDiff'>;

/** The draft against what is published: what keeps it from being published, what callers will notice, what it costs. */
export function DiffView({ server, diff }: { server: string; diff: Diff }) {
  const { added, removed, changed, settings, budget, problems } = diff;
  return (
    <Stack gap="md">
      {problems.length > 0 && <Problems server={server} problems={problems} />}
      {diff.breaking && (
        <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title={texts.breakingTitle}>
          {texts.breakingText}
        </Alert>
      )}
      <Budget budget={budget} />
      {removed.length > 0 && (
        <Section title={texts.removed(removed.length)} mark={<Breaking />}>
          <Names names={removed} />
        </Section>
      )}
      {changed.length > 0 && (
        <Section title={texts.changed(changed.length)}>
          <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
            {changed.map((tool) => (
              <ChangedTool key={tool.name} tool={tool} />
            ))}
          </Stack>
        </Section>
      )}
      {added.length > 0 && (
        <Section title={texts.added(added.length)}>
          <Names names={added} />
        </Section>
      )}
      {settings.length > 0 && (
        <Section title={texts.settings}>
          <Stack gap="xs">
            {settings.map((setting) => (
              <ChangedSetting key={setting.field} setting={setting} />
            ))}
          </Stack>
        </Section>
      )}
      <NamedThings title={texts.prompts} changes={diff.prompts} />
      <NamedThings title={texts.resources} changes={diff.resources} />
      <NamedThings title={texts.templates} changes={diff.resource_templates} />
    </Stack>
  );
}

function ChangedTool({ tool }: { tool: Diff['changed'][number] }) {
  return (
    <li>
      <Code>{tool.name}</Code>
      {tool.changes.map((change) => (
        <Group key={`${change.part} ${change.argument ?? ''} ${change.text}`} gap="xs" mt={4} wrap="nowrap">
          <Text size="sm">{change.text}</Text>
          {change.breaking && <Breaking />}
        </Group>
      ))}
      {tool.settings.length > 0 && (
        <Text size="xs" c="dimmed" mt={4}>
          {texts.settingsOfTool} <span className="mono">{tool.settings.join(', ')}</span>
        </Text>
      )}
    </li>
  );
}

function Problems({ server, problems }: { server: string; problems: Diff['problems'] }) {
  return (
    <Alert
      color="red"
      icon={<IconAlertTriangle aria-hidden />}
      title={texts.problemsTitle(problems.length)}
      role="alert"
    >
      <Stack gap="xs">
        {problems.map((problem) => {
          const tool = problem.place.startsWith('tools.') ? problem.place.slice('tools.'.length) : undefined;
          return (
            <Text size="sm" key={`${problem.place} ${problem.field ?? ''} ${problem.code}`}>
              {tool ? (
                <TextLink to="/servers/$server/tools" params={{ server }} search={{ tool }} inherit>
                  {tool}
                </TextLink>
              ) : (
                <Code>{problem.place}</Code>
              )}
              {': '}
              {problem.message}
            </Text>
          );
        })}
      </Stack>
    </Alert>
  );
}

function Budget({ budget }: { budget: Diff['budget'] }) {
  const { tokens, tokens_before, token_budget, token_warning } = budget;
  const over = token_budget !== undefined && tokens > token_budget;
  const warned = !over && token_warning !== undefined && tokens > token_warning;
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <Text span size="sm" fw={600}>
          {texts.budget}
        </Text>
        <TokenMeter
          label={texts.budget}
          tokens={tokens}
          listBytes={budget.bytes}
          budget={token_budget}
          warning={token_warning}
        />
        {tokens_before !== undefined && tokens_before !== tokens && (
          <Text span size="sm" c="dimmed">
            {texts.budgetBefore(tokens_before)}
          </Text>
        )}
      </Group>
      {over && (
        <Alert
          color="red"
          icon={<IconAlertTriangle aria-hidden />}
          title={texts.overBudgetTitle}
          role="alert"
        >
          {texts.overBudgetText(tokens, token_budget)}
        </Alert>
      )}
      {warned && <Alert color="yellow">{texts.overWarning(tokens, token_warning)}</Alert>}
    </Stack>
  );
}

/** Whether it may be published as far as the draft itself goes. */
export function publishable({ unchanged, problems, budget }: Diff): boolean {
  const over = budget.token_budget !== undefined && budget.tokens > budget.token_budget;
  return !unchanged && problems.length === 0 && !over;
}
