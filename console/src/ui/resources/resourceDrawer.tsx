import { Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { mergePatch, same } from '#api/mergePatch';
import { asProblem } from '#api/problem';
import { useMay } from '#api/session';
import { resources as texts } from '#texts/prompts';
import { DraftFoot } from '../draftFoot';
import { Loaded } from '../states';
import { toast } from '../toasts';
import { CommonFields } from './commonFields';
import { ContentField } from './contentField';
import { EditorDrawer, type ResourceDrawerProps } from './drawer';

type Resource = Schema<'Resource'>;

const NEW: Resource = { name: '', uri: '', content: { text: '' } };

/** One stored text or file: written, and looked at. */
export function ResourceDrawer(props: ResourceDrawerProps) {
  const { name, adding } = props;
  return (
    <EditorDrawer {...props} addTitle={texts.stored.addTitle}>
      {adding && <Editor {...props} read={undefined} />}
      {name !== undefined && <Opened key={name} {...props} name={name} />}
    </EditorDrawer>
  );
}

function Opened(props: ResourceDrawerProps & { name: string }) {
  const params = { path: { server: props.server, resource: props.name } };
  const query = $api.useQuery('get', '/api/v1/servers/{server}/resources/{resource}', { params });
  return <Loaded query={query}>{(resource) => <Editor {...props} read={resource} />}</Loaded>;
}

function Editor(props: ResourceDrawerProps & { read: Schema<'ServerResource'> | undefined }) {
  const { server, read, onSaved, onClose } = props;
  const readOnly = !useMay()('servers:write');
  // What is edited belongs to the revision that it was read in: a change elsewhere is refused, not overwritten.
  const [base, setBase] = useState({ resource: read ? resourceOf(read) : NEW, revision: read?.revision });
  const [draft, setDraft] = useState(base.resource);
  const unsaved = !same(base.resource, draft);
  if (read && !unsaved && read.revision !== base.revision) {
    setBase({ resource: resourceOf(read), revision: read.revision });
    setDraft(resourceOf(read));
  }
  const kept = ({ name, revision }: Schema<'StoredResource'>) => {
    toast(read ? texts.saved : texts.created);
    setBase({ resource: draft, revision });
    onSaved(name);
  };
  const options = { meta: { shown: true }, onSuccess: kept };
  const created = $api.useMutation('post', '/api/v1/servers/{server}/resources', options);
  const changed = $api.useMutation('patch', '/api/v1/servers/{server}/resources/{resource}', options);
  const removed = $api.useMutation('delete', '/api/v1/servers/{server}/resources/{resource}', {
    meta: { shown: true },
    onSuccess: onClose,
  });
  const error = created.error ?? changed.error;
  const problem = error ? asProblem(error) : undefined;
  const problemAt = (field: string) => (problem?.field === field ? problem.message : undefined);
  const change = (changes: Partial<Resource>) => setDraft((before) => ({ ...before, ...changes }));
  const at = (revision: number) => ({
    path: { server, resource: base.resource.name },
    header: ifMatch(revision),
  });
  const save = () =>
    base.revision === undefined
      ? created.mutate({ params: { path: { server } }, body: draft })
      : changed.mutate({ params: at(base.revision), body: mergePatch(base.resource, draft) });
  return (
    <Stack>
      <TextInput
        label={texts.uri}
        description={texts.uriHint}
        classNames={{ input: 'mono' }}
        required
        maxLength={2000}
        readOnly={readOnly}
        value={draft.uri}
        error={problemAt('uri')}
        onChange={(event) => change({ uri: event.currentTarget.value })}
      />
      <CommonFields draft={draft} onChange={change} problemAt={problemAt} readOnly={readOnly} />
      <ContentField
        content={draft.content}
        type={draft.mime_type ?? undefined}
        onContent={(content, type) =>
          change(type && !draft.mime_type ? { content, mime_type: type } : { content })
        }
        error={problemAt('content') ?? problemAt('content.text') ?? problemAt('content.base64')}
        readOnly={readOnly}
      />
      <DraftFoot
        name={base.revision === undefined ? undefined : base.resource.name}
        unsaved={unsaved}
        pending={created.isPending || changed.isPending}
        error={error}
        onSave={save}
        onDiscard={() => {
          setDraft(base.resource);
          created.reset();
          changed.reset();
        }}
        removeTitle={texts.stored.removeTitle}
        removeText={texts.removeText}
        removing={removed}
        onRemove={() => base.revision !== undefined && removed.mutate({ params: at(base.revision) })}
      />
    </Stack>
  );
}

function resourceOf({ name, title, description, mime_type, uri, content }: Resource): Resource {
  return { name, title, description, mime_type, uri, content };
}
