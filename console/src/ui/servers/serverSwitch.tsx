import { Switch, Text, Tooltip } from '@mantine/core';
import { $api, ifMatch, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { servers } from '#texts/servers';

/** Why a server cannot be turned on, if it cannot. */
export function whyOff({ published }: Pick<Schema<'Server'>, 'published'>): string | undefined {
  if (!published) return servers.toggle.unpublished;
  return published.tool_count === 0 ? servers.toggle.noTools : undefined;
}

/** Turns a server on and off. It shows at once what was asked for, and goes back, saying so, where that is refused. */
export function ServerSwitch({
  server,
  withLabel = false,
}: {
  server: Schema<'Server'>;
  withLabel?: boolean;
}) {
  const may = useMay();
  const change = $api.useMutation('patch', '/api/v1/servers/{server}');
  const asked = change.isPending ? change.variables.body.enabled : undefined;
  const shown = asked ?? server.enabled;
  const reason = !may('servers:write')
    ? common.needs('servers:write')
    : server.enabled
      ? undefined
      : whyOff(server);
  const failed = change.isError && !change.isPending;
  const toggle = () => {
    // A switch that is disabled while it waits loses the focus of whoever uses the keyboard.
    if (change.isPending) return;
    const params = { path: { server: server.id }, header: ifMatch(server.revision) };
    change.mutate({ params, body: { enabled: !server.enabled } });
  };
  return (
    <Tooltip label={reason} disabled={!reason} multiline maw={280}>
      <span>
        <Switch
          checked={shown}
          onChange={toggle}
          disabled={reason !== undefined}
          aria-label={servers.toggle.label(server.name)}
          aria-busy={change.isPending}
          label={withLabel ? (shown ? common.on : common.off) : undefined}
          color="teal"
          error={
            failed && (
              <Text span size="xs" role="status">
                {servers.toggle.failed(!server.enabled)}
              </Text>
            )
          }
        />
        {reason && <span className="spoken">{reason}</span>}
      </span>
    </Tooltip>
  );
}
