import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { Problem } from '#api/problem';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { serverSettings as texts } from '#texts/serverSettings';
import { ProblemNote } from '../states';
import { toast } from '../toasts';

type Server = Schema<'Server'>;
type Patch = Schema<'ServerSettingsPatch'>;

/**
 * Some settings of a server, with what was typed over them and is not saved. What is not typed over follows the server, however it
 * changes.
 */
export function useSection(server: Server, names: readonly (keyof Patch)[]) {
  const [edits, setEdits] = useState<Patch>({});
  const change = $api.useMutation('patch', '/api/v1/servers/{server}', {
    meta: { shown: true },
    onSuccess: () => {
      setEdits({});
      toast(texts.saved);
    },
  });
  const values: Patch = { ...server, ...edits };
  return {
    values,
    set: (next: Patch) => setEdits((before) => ({ ...before, ...next })),
    errorOf: (name: keyof Patch) => fieldError(change.error, name),
    changed: names.some((name) => !same(values[name], server[name])),
    undo: () => {
      setEdits({});
      change.reset();
    },
    save: () => {
      const params = { path: { server: server.id }, header: ifMatch(server.revision) };
      change.mutate({ params, body: edits });
    },
    pending: change.isPending,
    /** What no field shows. */
    error: fieldError(change.error, ...names) ? undefined : change.error,
  };
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

interface SettingsSectionProps {
  title: string;
  /** When a change holds. */
  holds: string;
  section: Pick<ReturnType<typeof useSection>, 'changed' | 'undo' | 'save' | 'pending' | 'error'>;
  /** In the place of saving at once. */
  onSave?: () => void;
  /** Whether what was typed can be saved as far as one sees here. */
  valid?: boolean;
  children: ReactNode;
}

/** Settings that are saved together. */
export function SettingsSection(props: SettingsSectionProps) {
  const { title, holds, section, onSave = section.save, valid = true, children } = props;
  const may = useMay();
  const lacking = may('servers:write') ? undefined : common.needs('servers:write');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (section.changed && valid) onSave();
  };
  const { error } = section;
  return (
    <Paper withBorder p="lg" component="form" onSubmit={submit} aria-label={title}>
      <Stack>
        <Group gap="sm">
          <Title order={2} size="h5">
            {title}
          </Title>
          <Text span size="xs" c="dimmed">
            {holds}
          </Text>
        </Group>
        <fieldset disabled={lacking !== undefined} className="bare">
          <Stack>{children}</Stack>
        </fieldset>
        {error ? <ProblemNote error={conflictSaid(error)} /> : null}
        {lacking ? (
          <Text size="xs" c="dimmed" ta="right">
            {lacking}
          </Text>
        ) : (
          <Group justify="flex-end" gap="xs">
            {section.changed && (
              <Button variant="subtle" color="gray" onClick={section.undo}>
                {texts.undo}
              </Button>
            )}
            <Button
              type="submit"
              variant={section.changed ? 'filled' : 'default'}
              disabled={!section.changed || !valid}
              loading={section.pending}
            >
              {texts.save}
            </Button>
          </Group>
        )}
      </Stack>
    </Paper>
  );
}

/** The server that one read is no more what it was: what to do is the same for all screens. */
function conflictSaid(error: unknown): unknown {
  if (!(error instanceof Problem) || error.status !== 412) return error;
  const { status, code, title } = error;
  return new Problem({ status, code, title, detail: common.changedElsewhere });
}
