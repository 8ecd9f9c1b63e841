import { Alert, Button, Checkbox, Modal, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { $api, type Schema } from '#api/client';
import { useApps } from '#api/directory';
import { common } from '#texts/common';
import { tools } from '#texts/tools';
import { Answers } from '../answers';
import { ActionPicker } from '../apps/actionPicker';
import { ButtonLink } from '../links';
import { Loaded, ProblemNote } from '../states';
import { toast } from '../toasts';

const texts = tools.adding;
const MODES = ['all', 'read_only', 'selected'] as const;

interface AddToolsProps {
  server: string;
  opened: boolean;
  app: string | undefined;
  onApp: (app: string) => void;
  onClose: () => void;
}

/** Makes tools of actions: of all of an app, of those that only read, or of those that are picked. */
export function AddTools(props: AddToolsProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={texts.title}
      size="xl"
      closeButtonProps={{ 'aria-label': common.close }}
    >
      {props.opened && <Chosen {...props} />}
    </Modal>
  );
}

function Chosen(props: AddToolsProps) {
  const apps = useApps();
  return (
    <Loaded query={apps}>
      {(all) => {
        const app = all.find(({ id }) => id === props.app) ?? (all.length === 1 ? all[0] : undefined);
        if (all.length === 0) {
          return (
            <Alert variant="light">
              <Stack align="flex-start" gap="sm">
                <Text size="sm">{texts.noApps}</Text>
                <ButtonLink to="/apps" size="xs">
                  {texts.toApps}
                </ButtonLink>
              </Stack>
            </Alert>
          );
        }
        return (
          <Stack>
            <Select
              label={texts.app}
              searchable
              data={all.map(({ id, title, key }) => ({ value: id, label: `${title} (${key})` }))}
              value={app?.id ?? null}
              onChange={(id) => id && props.onApp(id)}
            />
            {app && <Actions key={app.id} {...props} of={app} />}
          </Stack>
        );
      }}
    </Loaded>
  );
}

function Actions({ server, of, onClose }: AddToolsProps & { of: Schema<'App'> }) {
  const [mode, setMode] = useState<(typeof MODES)[number]>('selected');
  const [deprecated, setDeprecated] = useState(false);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const added = $api.useMutation('post', '/api/v1/servers/{server}/tools/select', {
    meta: { shown: true },
    onSuccess: ({ items }) => {
      toast(texts.done(items.length));
      onClose();
    },
  });
  const picks = mode === 'selected';
  const submit = () =>
    added.mutate({
      params: { path: { server } },
      body: picks
        ? { app: of.id, actions: [...selected] }
        : { app: of.id, read_only: mode === 'read_only', deprecated },
    });
  const nothing = picks && selected.size === 0;
  return (
    <Stack>
      <Stack gap={4}>
        <SegmentedControl
          aria-label={texts.which}
          data={MODES.map((value) => ({ value, label: texts.modes[value] }))}
          value={mode}
          onChange={(value) => setMode(MODES.find((known) => known === value) ?? 'selected')}
        />
        <Text size="xs" c="dimmed">
          {texts.modeHint[mode]}
        </Text>
      </Stack>
      {picks ? (
        <ActionPicker app={of.id} selected={selected} onChange={setSelected} />
      ) : (
        <Checkbox
          label={texts.deprecated}
          checked={deprecated}
          onChange={(event) => setDeprecated(event.currentTarget.checked)}
        />
      )}
      {added.error && <ProblemNote error={added.error} />}
      <Answers onCancel={onClose}>
        <Button
          loading={added.isPending}
          disabled={nothing}
          title={nothing ? texts.pick : undefined}
          onClick={submit}
        >
          {texts.submit(picks ? selected.size : undefined)}
        </Button>
      </Answers>
    </Stack>
  );
}
