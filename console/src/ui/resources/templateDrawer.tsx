import { Stack } from '@mantine/core';
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
import { EditorDrawer, type ResourceDrawerProps } from './drawer';
import { TemplateFields } from './templateFields';

type Template = Schema<'ResourceTemplateSettings'>;

const NEW: Template = { name: '', uri_template: '', app: '', action: '' };

/** One family of resources, and the action that reads them. */
export function TemplateDrawer(props: ResourceDrawerProps) {
  const { name, adding } = props;
  return (
    <EditorDrawer {...props} addTitle={texts.templates.addTitle}>
      {adding && <Editor {...props} read={undefined} />}
      {name !== undefined && <Opened key={name} {...props} name={name} />}
    </EditorDrawer>
  );
}

function Opened(props: ResourceDrawerProps & { name: string }) {
  const params = { path: { server: props.server, resource_template: props.name } };
  const query = $api.useQuery('get', '/api/v1/servers/{server}/resource-templates/{resource_template}', {
    params,
  });
  return <Loaded query={query}>{(template) => <Editor {...props} read={template} />}</Loaded>;
}

function Editor(props: ResourceDrawerProps & { read: Schema<'ServerResourceTemplate'> | undefined }) {
  const { server, read, onSaved, onClose } = props;
  const readOnly = !useMay()('servers:write');
  // What is edited belongs to the revision that it was read in: a change elsewhere is refused, not overwritten.
  const [base, setBase] = useState({ template: read ? templateOf(read) : NEW, revision: read?.revision });
  const [draft, setDraft] = useState(base.template);
  const unsaved = !same(base.template, draft);
  if (read && !unsaved && read.revision !== base.revision) {
    setBase({ template: templateOf(read), revision: read.revision });
    setDraft(templateOf(read));
  }
  const kept = (template: Schema<'ServerResourceTemplate'>) => {
    toast(read ? texts.saved : texts.created);
    setBase({ template: templateOf(template), revision: template.revision });
    setDraft(templateOf(template));
    onSaved(template.name);
  };
  const options = { meta: { shown: true }, onSuccess: kept };
  const created = $api.useMutation('post', '/api/v1/servers/{server}/resource-templates', options);
  const changed = $api.useMutation(
    'patch',
    '/api/v1/servers/{server}/resource-templates/{resource_template}',
    options,
  );
  const removed = $api.useMutation(
    'delete',
    '/api/v1/servers/{server}/resource-templates/{resource_template}',
    {
      meta: { shown: true },
      onSuccess: onClose,
    },
  );
  const error = created.error ?? changed.error;
  const problem = error ? asProblem(error) : undefined;
  const problemAt = (field: string) => (problem?.field === field ? problem.message : undefined);
  const change = (changes: Partial<Template>) => setDraft((before) => ({ ...before, ...changes }));
  const at = (revision: number) => ({
    path: { server, resource_template: base.template.name },
    header: ifMatch(revision),
  });
  const save = () =>
    base.revision === undefined
      ? created.mutate({ params: { path: { server } }, body: draft })
      : changed.mutate({ params: at(base.revision), body: mergePatch(base.template, draft) });
  return (
    <Stack>
      <TemplateFields draft={draft} onChange={change} problemAt={problemAt} readOnly={readOnly} />
      <CommonFields draft={draft} onChange={change} problemAt={problemAt} readOnly={readOnly} />
      <DraftFoot
        name={base.revision === undefined ? undefined : base.template.name}
        unsaved={unsaved}
        pending={created.isPending || changed.isPending}
        error={error}
        onSave={save}
        onDiscard={() => {
          setDraft(base.template);
          created.reset();
          changed.reset();
        }}
        removeTitle={texts.templates.removeTitle}
        removeText={texts.removeText}
        removing={removed}
        onRemove={() => base.revision !== undefined && removed.mutate({ params: at(base.revision) })}
      />
    </Stack>
  );
}

function templateOf(read: Template): Template {
  const { name, title, description, mime_type, uri_template, app, action, arguments: given } = read;
  return { name, title, description, mime_type, uri_template, app, action, arguments: given };
}
