import { Button, FileButton, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { $api } from '#api/client';
import { fieldError } from '#api/fieldError';
import { importing as texts } from '#texts/apps';
import { ProblemNote } from '../states';
import { toast } from '../toasts';

function useCreateApp() {
  const navigate = useNavigate();
  return $api.useMutation('post', '/api/v1/apps', {
    meta: { shown: true },
    onSuccess: (app) => {
      toast(texts.made(app.title));
      void navigate({ to: '/apps/$app', params: { app: app.id } });
    },
  });
}

/** Begins an app whose actions are made by hand. */
export function ManualForm() {
  const [title, setTitle] = useState('');
  const [key, setKey] = useState('');
  const [baseUrl, setBaseUrl] = useState('');
  const create = useCreateApp();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({
      body: { kind: 'manual', title: title.trim(), key: key.trim() || undefined, base_url: baseUrl.trim() },
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack maw={640}>
        <TextInput
          label={texts.appTitle}
          required
          maxLength={200}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          error={fieldError(create.error, 'title')}
        />
        <TextInput
          type="url"
          label={texts.baseUrl}
          description={texts.baseUrlManual}
          placeholder="https://api.example.com/v1"
          required
          maxLength={2000}
          value={baseUrl}
          onChange={(event) => setBaseUrl(event.currentTarget.value)}
          error={fieldError(create.error, 'base_url')}
        />
        <TextInput
          label={texts.appKey}
          description={texts.appKeyHint}
          maxLength={64}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          error={fieldError(create.error, 'key')}
        />
        {create.error ? <ProblemNote error={create.error} /> : null}
        <Group>
          <Button type="submit" loading={create.isPending} disabled={!title.trim() || !baseUrl.trim()}>
            {texts.createPlain}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Makes an app of a definition of one's own. */
export function DefinitionForm() {
  const [definition, setDefinition] = useState('');
  const create = useCreateApp();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ body: { definition } });
  };
  const read = async (file: File | null) => {
    if (file) setDefinition(await file.text());
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Textarea
          label={texts.definition}
          description={texts.definitionHint}
          required
          rows={16}
          spellCheck={false}
          classNames={{ input: 'mono' }}
          value={definition}
          onChange={(event) => setDefinition(event.currentTarget.value)}
          error={fieldError(create.error, 'definition')}
        />
        {create.error ? <ProblemNote error={create.error} /> : null}
        <Group>
          <Button type="submit" loading={create.isPending} disabled={!definition.trim()}>
            {texts.createPlain}
          </Button>
          <FileButton accept=".yaml,.yml,.json" onChange={(file) => void read(file)}>
            {(props) => (
              <Button {...props} variant="default">
                {texts.fromFile}
              </Button>
            )}
          </FileButton>
        </Group>
      </Stack>
    </form>
  );
}
