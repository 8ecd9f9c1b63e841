import { Button, Group, NativeSelect } from '@mantine/core';
import type { Schema } from '#api/client';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { start } from '#texts/start';
import { ButtonLink, TextLink } from '../links';
import { ServerSwitch } from './serverSwitch';
import { Step, StepText } from './step';

/** The first step: an API to choose operations of. */
export function ApiStep({ apps }: { apps: Schema<'App'>[] }) {
  const texts = start.api;
  const done = apps.length > 0;
  return (
    <Step number={1} title={texts.title} done={done}>
      {done ? (
        <StepText>
          {texts.done(apps.map((app) => app.title))} ·{' '}
          <TextLink to="/apps/new" inherit>
            {texts.more}
          </TextLink>
        </StepText>
      ) : (
        <>
          <StepText>{texts.text}</StepText>
          <Group gap="sm">
            <ButtonLink to="/apps/new">{texts.import}</ButtonLink>
            <ButtonLink to="/apps" variant="default">
              {texts.catalog}
            </ButtonLink>
          </Group>
        </>
      )}
    </Step>
  );
}

/** Whether clients can call it. */
export function serves(server: Schema<'Server'> | undefined): boolean {
  return server?.enabled === true && (server.published?.tool_count ?? 0) > 0;
}

interface ToolsStepProps {
  servers: Schema<'Server'>[];
  server: Schema<'Server'> | undefined;
  onServer: (server: string) => void;
  /** Whether there is an API to choose tools of. */
  ready: boolean;
  onCreate: () => void;
}

/** The second step: a server that publishes tools. */
export function ToolsStep({ servers, server, onServer, ready, onCreate }: ToolsStepProps) {
  const texts = start.tools;
  const may = useMay();
  const lacking = may('servers:write') ? (ready ? undefined : texts.afterApi) : common.needs('servers:write');
  const create = (
    <Button
      variant={server ? 'subtle' : 'filled'}
      size={server ? 'compact-sm' : 'sm'}
      disabled={lacking !== undefined}
      title={lacking}
      onClick={onCreate}
    >
      {server ? texts.more : texts.create}
    </Button>
  );
  return (
    <Step number={2} title={texts.title} done={serves(server)}>
      {!server && (
        <>
          <StepText>{ready ? texts.text : texts.afterApi}</StepText>
          <Group>{create}</Group>
        </>
      )}
      {server && (
        <>
          {servers.length > 1 && (
            <NativeSelect
              label={texts.server}
              maw={420}
              value={server.id}
              onChange={(event) => onServer(event.currentTarget.value)}
              data={servers.map(({ id, name }) => ({ value: id, label: name }))}
            />
          )}
          <Made server={server} />
          <Group>{create}</Group>
        </>
      )}
    </Step>
  );
}

function Made({ server }: { server: Schema<'Server'> }) {
  const texts = start.tools;
  const params = { server: server.id };
  if (server.published && server.published.tool_count > 0)
    return (
      <Group gap="md">
        <StepText>
          {server.enabled ? texts.done(server.name, server.published.tool_count) : texts.off(server.name)}{' '}
          <TextLink to="/servers/$server/tools" params={params} inherit>
            {texts.see}
          </TextLink>
        </StepText>
        {!server.enabled && <ServerSwitch server={server} withLabel />}
      </Group>
    );
  const empty = server.enabled_tool_count === 0;
  return (
    <Group gap="md">
      <StepText>{empty ? texts.noTools(server.name) : texts.unpublished(server.name)}</StepText>
      <ButtonLink
        to="/servers/$server/tools"
        params={params}
        search={empty ? {} : { publish: true }}
        size="xs"
      >
        {empty ? texts.addTools : texts.publish}
      </ButtonLink>
    </Group>
  );
}
