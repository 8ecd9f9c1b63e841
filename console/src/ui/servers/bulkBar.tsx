import { Alert, Button, Group, List, Paper, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { $api, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { servers } from '#texts/servers';
import { toast } from '../toasts';

const texts = servers.bulk;

interface BulkBarProps {
  rows: Schema<'Server'>[];
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
}

/** Turns the selected servers on or off. Those that could not be stay selected, with the reason. */
export function BulkBar({ rows, selected, onSelect }: BulkBarProps) {
  const may = useMay();
  const change = $api.useMutation('post', '/api/v1/servers/enable', {
    onSuccess: (outcomes, { body }) => {
      const done = outcomes.filter((outcome) => outcome.done);
      if (done.length > 0) toast(texts.done(done.length, body.enabled));
      onSelect(new Set(outcomes.filter((outcome) => !outcome.done).map((outcome) => outcome.server)));
    },
  });
  const refused = change.data?.filter((outcome) => !outcome.done) ?? [];
  if (selected.size === 0 && refused.length === 0) return null;
  const reason = may('servers:write') ? undefined : common.needs('servers:write');
  const turn = (enabled: boolean) => change.mutate({ body: { servers: [...selected], enabled } });
  const nameOf = (id: string) => rows.find((row) => row.id === id)?.name ?? id;
  return (
    <>
      {selected.size > 0 && (
        <Paper withBorder p="xs" role="group" aria-label={texts.label}>
          <Group gap="sm">
            <Text span fw={600} role="status">
              {common.selected(selected.size)}
            </Text>
            {[true, false].map((on) => (
              <Button
                key={String(on)}
                size="xs"
                variant="light"
                disabled={reason !== undefined}
                title={reason}
                loading={change.isPending && change.variables.body.enabled === on}
                onClick={() => turn(on)}
              >
                {on ? texts.on : texts.off}
              </Button>
            ))}
            <Button size="xs" variant="subtle" color="gray" onClick={() => onSelect(new Set())}>
              {texts.clear}
            </Button>
          </Group>
        </Paper>
      )}
      {refused.length > 0 && (
        <Alert
          color="yellow"
          icon={<IconAlertTriangle aria-hidden />}
          title={texts.refused(refused.length, change.variables?.body.enabled ?? true)}
          role="alert"
          withCloseButton
          closeButtonLabel={common.close}
          onClose={() => change.reset()}
        >
          <List size="sm">
            {refused.map((outcome) => (
              <List.Item key={outcome.server}>
                <b>{nameOf(outcome.server)}</b>: {outcome.message}
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
    </>
  );
}
