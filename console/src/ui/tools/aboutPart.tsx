import { Alert, Fieldset, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { $api } from '#api/client';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { toolPanel as texts } from '#texts/tools';
import type { Hints } from './settings';
import type { PartProps } from './toolDrawer';

const HINTS = ['read_only', 'destructive', 'idempotent', 'open_world'] as const;

/** What it is called, what is said of it, and on whose credentials it calls. */
export function AboutPart(props: PartProps) {
  const { draft, onDraft, onSettings, action, problemAt, readOnly } = props;
  const { settings } = draft;
  return (
    <Stack>
      <TextInput
        label={texts.name}
        description={texts.nameHint}
        classNames={{ input: 'mono' }}
        maxLength={64}
        required
        readOnly={readOnly}
        value={draft.name}
        error={problemAt('name')}
        onChange={(event) => onDraft({ name: event.currentTarget.value })}
      />
      <TextInput
        label={texts.titleField}
        description={texts.titleHint}
        maxLength={200}
        readOnly={readOnly}
        placeholder={action.title}
        value={settings.title ?? ''}
        error={problemAt('title')}
        onChange={(event) => onSettings({ title: event.currentTarget.value })}
      />
      <Textarea
        label={texts.description}
        description={texts.descriptionHint}
        maxLength={8000}
        autosize
        minRows={4}
        maxRows={16}
        readOnly={readOnly}
        placeholder={action.description}
        value={settings.description ?? ''}
        error={problemAt('description')}
        onChange={(event) => onSettings({ description: event.currentTarget.value })}
      />
      <Connection {...props} />
      <Annotations {...props} />
    </Stack>
  );
}

function Connection({ tool, draft, onDraft, readOnly, problemAt }: PartProps) {
  const may = useMay()('connections:read');
  const params = { query: { app: tool.app, limit: 200 } };
  const connections = $api.useQuery('get', '/api/v1/connections', { params }, { enabled: may });
  const items = connections.data?.items ?? [];
  const hint = connections.data && items.length === 0 ? ` ${texts.noConnections}` : '';
  return (
    <Select
      label={texts.connection}
      description={may ? texts.connectionHint + hint : common.needs('connections:read')}
      placeholder={texts.connectionNone}
      clearable
      disabled={!may || readOnly}
      data={items.map(({ id, name, status }) => ({ value: id, label: `${name} (${status})` }))}
      value={draft.connection ?? null}
      error={problemAt('connection')}
      onChange={(connection) => onDraft({ connection: connection ?? undefined })}
    />
  );
}

function Annotations({ draft, onSettings, action, readOnly, problemAt }: PartProps) {
  const hints: Hints = draft.settings.annotations ?? {};
  const set = (name: (typeof HINTS)[number], value: boolean | undefined) => {
    const { [name]: _, ...rest } = hints;
    const next: Hints = value === undefined ? rest : { ...rest, [name]: value };
    onSettings({ annotations: next as typeof draft.settings.annotations });
  };
  const answer = (value: boolean | null | undefined) => (value == null ? 'action' : value ? 'yes' : 'no');
  return (
    <Fieldset legend={texts.annotations.title}>
      <Stack>
        <Alert variant="light" color="gray">
          <Text size="sm">{texts.annotations.text}</Text>
        </Alert>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          {HINTS.map((name) => {
            const locked = name === 'read_only' && !action.safe;
            return (
              <Select
                key={name}
                label={texts.annotations[name]}
                description={
                  locked
                    ? `${texts.annotations.read_onlyHint} ${texts.annotations.unsafeMethod(action.method)}.`
                    : texts.annotations[`${name}Hint`]
                }
                allowDeselect={false}
                disabled={readOnly}
                data={[
                  { value: 'action', label: texts.annotations.asAction(action.annotations[name]) },
                  { value: 'yes', label: common.yes, disabled: locked },
                  { value: 'no', label: common.no },
                ]}
                value={answer(hints[name])}
                error={problemAt(`annotations.${name}`)}
                onChange={(value) => set(name, value === 'action' ? undefined : value === 'yes')}
              />
            );
          })}
        </SimpleGrid>
      </Stack>
    </Fieldset>
  );
}
