import { Drawer, Stack, Tabs, Text } from '@mantine/core';
import { useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { mergePatch, same } from '#api/mergePatch';
import { asProblem } from '#api/problem';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { prompts as texts } from '#texts/prompts';
import { DraftFoot } from '../draftFoot';
import { Loaded } from '../states';
import { toast } from '../toasts';
import { PromptForm } from './promptForm';
import { PromptPreview } from './promptPreview';

export type PromptPart = 'edit' | 'preview';

interface PromptDrawerProps {
  server: string;
  name: string | undefined;
  adding: boolean;
  part: PromptPart;
  onPart: (part: 'preview' | undefined) => void;
  onSaved: (name: string) => void;
  onClose: () => void;
}

const NEW: Schema<'Prompt'> = { name: '', messages: [{ role: 'user', text: '' }] };

/** One prompt: written, and looked at as clients get it. */
export function PromptDrawer(props: PromptDrawerProps) {
  const { name, adding, onClose } = props;
  return (
    <Drawer
      opened={adding || name !== undefined}
      onClose={onClose}
      position="right"
      size="xl"
      title={adding ? texts.addTitle : <Text className="mono ellipsis">{name}</Text>}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      {adding && <Editor {...props} read={undefined} />}
      {name !== undefined && <Opened key={name} {...props} name={name} />}
    </Drawer>
  );
}

function Opened(props: PromptDrawerProps & { name: string }) {
  const params = { path: { server: props.server, prompt: props.name } };
  const query = $api.useQuery('get', '/api/v1/servers/{server}/prompts/{prompt}', { params });
  return <Loaded query={query}>{(prompt) => <Editor {...props} read={prompt} />}</Loaded>;
}

function Editor(props: PromptDrawerProps & { read: Schema<'ServerPrompt'> | undefined }) {
  const { server, part, onPart, onSaved, onClose } = props;
  const readOnly = !useMay()('servers:write');
  const [read, setRead] = useState(props.read);
  const before = read ? promptOf(read) : NEW;
  const [draft, setDraft] = useState(before);
  const unsaved = !same(before, draft);
  if (props.read && !unsaved && props.read.revision !== read?.revision) {
    setRead(props.read);
    setDraft(promptOf(props.read));
  }
  const kept = (prompt: Schema<'ServerPrompt'>) => {
    toast(read ? texts.saved : texts.created);
    setRead(prompt);
    setDraft(promptOf(prompt));
    onSaved(prompt.name);
  };
  const options = { meta: { shown: true }, onSuccess: kept };
  const created = $api.useMutation('post', '/api/v1/servers/{server}/prompts', options);
  const changed = $api.useMutation('patch', '/api/v1/servers/{server}/prompts/{prompt}', options);
  const removed = $api.useMutation('delete', '/api/v1/servers/{server}/prompts/{prompt}', {
    meta: { shown: true },
    onSuccess: onClose,
  });
  const error = created.error ?? changed.error;
  const problem = error ? asProblem(error) : undefined;
  const save = () =>
    read
      ? changed.mutate({
          params: { path: { server, prompt: read.name }, header: ifMatch(read.revision) },
          body: mergePatch(before, draft),
        })
      : created.mutate({ params: { path: { server } }, body: draft });
  return (
    <Stack>
      <Tabs
        value={part}
        onChange={(value) => onPart(value === 'preview' ? value : undefined)}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="edit">{texts.parts.edit}</Tabs.Tab>
          <Tabs.Tab value="preview">{texts.parts.preview}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="edit">
          <PromptForm
            prompt={draft}
            onChange={(changes) => setDraft((prompt) => ({ ...prompt, ...changes }))}
            problemAt={(field) => (problem?.field === field ? problem.message : undefined)}
            readOnly={readOnly}
          />
        </Tabs.Panel>
        <Tabs.Panel value="preview">
          <PromptPreview prompt={draft} />
        </Tabs.Panel>
      </Tabs>
      <DraftFoot
        name={read?.name}
        unsaved={unsaved}
        pending={created.isPending || changed.isPending}
        error={error}
        onSave={save}
        onDiscard={() => {
          setDraft(before);
          created.reset();
          changed.reset();
        }}
        removeTitle={texts.removeTitle}
        removeText={texts.removeText}
        removing={removed}
        onRemove={() =>
          read &&
          removed.mutate({ params: { path: { server, prompt: read.name }, header: ifMatch(read.revision) } })
        }
      />
    </Stack>
  );
}

function promptOf({
  name,
  title,
  description,
  arguments: taken,
  messages,
}: Schema<'Prompt'>): Schema<'Prompt'> {
  return { name, title, description, arguments: taken, messages };
}
