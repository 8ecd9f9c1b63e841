import {
  Button,
  Checkbox,
  Fieldset,
  Group,
  Select,
  Stack,
  TagsInput,
  Textarea,
  TextInput,
  Title,
} from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { client, ifMatch, type Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { actions } from '#texts/actions';
import { common } from '#texts/common';
import { Code } from '../code';
import { ProblemNote } from '../states';
import { toast } from '../toasts';
import { type Draft, draftOf, faultsOf, settingsOf } from './actionDraft';
import { ParameterRows } from './parameterRows';

const texts = actions.form;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];

interface ActionFormProps {
  app: string;
  /** What is changed; a new one without it. */
  action?: Schema<'Action'>;
  /** With the name of what was saved, or without when nothing was. */
  onDone: (name?: string) => void;
}

/** Makes an action by hand, or changes one. */
export function ActionForm({ app, action, onDone }: ActionFormProps) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(action));
  const [tried, setTried] = useState(false);
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const save = useMutation({
    meta: { shown: true },
    mutationFn: async () => {
      const settings = settingsOf(draft);
      if (!action) {
        const body = { ...settings, name: draft.name.trim() };
        await client.POST('/api/v1/apps/{app}/actions', { params: { path: { app } }, body });
        return;
      }
      await client.PATCH('/api/v1/apps/{app}/actions/{action}', {
        params: { path: { app, action: action.name }, header: ifMatch(action.revision) },
        body: settings,
      });
    },
    onSuccess: () => {
      toast(actions.saved(draft.name));
      onDone(draft.name.trim());
    },
  });
  const faults = tried ? faultsOf(draft) : {};
  const at = (field: string) => fieldError(save.error, field);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(faultsOf(draft)).length === 0) save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack maw={860}>
        <Title order={2} size="h3">
          {action ? actions.editTitle(action.name) : actions.newTitle}
        </Title>
        {!action && (
          <TextInput
            label={texts.name}
            description={texts.nameHint}
            required
            classNames={{ input: 'mono' }}
            value={draft.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
            error={at('name')}
          />
        )}
        <Group align="flex-start">
          <Select
            w={130}
            label={texts.method}
            data={METHODS}
            allowDeselect={false}
            value={draft.method}
            onChange={(method) => set({ method: method ?? 'GET' })}
            error={at('method')}
          />
          <TextInput
            flex={1}
            miw={220}
            label={texts.path}
            description={texts.pathHint}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            required
            classNames={{ input: 'mono' }}
            placeholder="/users/{id}"
            value={draft.path}
            onChange={(event) => set({ path: event.currentTarget.value })}
            error={at('path')}
          />
        </Group>
        <Textarea
          label={texts.description}
          description={texts.descriptionHint}
          required
          autosize
          minRows={2}
          value={draft.description}
          onChange={(event) => set({ description: event.currentTarget.value })}
          error={at('description')}
        />
        <TextInput
          label={texts.title}
          value={draft.title}
          onChange={(event) => set({ title: event.currentTarget.value })}
          error={at('title')}
        />
        <TagsInput
          label={texts.tags}
          value={draft.tags}
          onChange={(tags) => set({ tags })}
          error={at('tags')}
        />
        <ParameterRows
          value={draft.parameters}
          onChange={(parameters) => set({ parameters })}
          faults={faults}
          error={save.error}
        />
        <Fieldset legend={texts.body}>
          <Stack gap="sm">
            <Checkbox
              label={texts.body}
              checked={draft.hasBody}
              onChange={(event) => set({ hasBody: event.currentTarget.checked })}
            />
            {draft.hasBody && (
              <>
                <TextInput
                  label={texts.mediaType}
                  required
                  value={draft.mediaType}
                  onChange={(event) => set({ mediaType: event.currentTarget.value })}
                  error={at('body.media_type')}
                />
                <Checkbox
                  label={texts.bodyRequired}
                  checked={draft.bodyRequired}
                  onChange={(event) => set({ bodyRequired: event.currentTarget.checked })}
                />
                <Code
                  labelled
                  label={texts.bodySchema}
                  language="json"
                  value={draft.bodySchema}
                  onChange={(bodySchema) => set({ bodySchema })}
                  error={faults.bodySchema ?? at('body.schema')}
                />
              </>
            )}
          </Stack>
        </Fieldset>
        <Code
          labelled
          label={`${texts.outputSchema} (${common.optional})`}
          language="json"
          value={draft.outputSchema}
          onChange={(outputSchema) => set({ outputSchema })}
          error={faults.outputSchema ?? at('output_schema')}
        />
        <Checkbox
          label={texts.deprecated}
          checked={draft.deprecated}
          onChange={(event) => set({ deprecated: event.currentTarget.checked })}
        />
        {save.error ? <ProblemNote error={save.error} /> : null}
        <Group>
          <Button type="submit" loading={save.isPending}>
            {common.save}
          </Button>
          <Button variant="default" onClick={() => onDone()}>
            {common.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
