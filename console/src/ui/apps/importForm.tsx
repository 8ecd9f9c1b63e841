import { Alert, Button, Fieldset, Group, Stack, TagsInput, Text, TextInput, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { $api, client, type Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { importing as texts } from '#texts/apps';
import { ProblemNote } from '../states';
import { toast } from '../toasts';
import { ImportBar } from './importBar';
import { Report } from './report';
import { NO_RULES, RulesFields } from './rulesFields';
import { slotTitle } from './slots';
import { isEntered, NOTHING_ENTERED, type Source, SourceFields, type SourceKind, sourceOf } from './source';

interface Looked {
  /** What was looked at, to be imported as it is. */
  source: Source;
  rules: Schema<'ImportRules'>;
  preview: Schema<'ImportPreview'>;
}

/** Imports an API description: looks first, then adds what works. */
export function ImportForm({ kind }: { kind: SourceKind }) {
  const [entered, setEntered] = useState(NOTHING_ENTERED);
  const [rules, setRules] = useState(NO_RULES);
  const [stale, setStale] = useState(false);
  const look = useMutation({
    meta: { shown: true },
    mutationFn: async (): Promise<Looked> => {
      const source = await sourceOf(kind, entered);
      if (!source) throw new Error(texts.file);
      const { data } = await client.POST('/api/v1/import-preview', { body: { ...source, rules } });
      if (!data) throw new Error('the preview is empty');
      return { source, rules, preview: data };
    },
    onSuccess: () => setStale(false),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    look.mutate();
  };
  return (
    <Stack gap="lg">
      <form onSubmit={submit}>
        <Stack>
          <SourceFields
            kind={kind}
            value={entered}
            onChange={(next) => {
              setEntered(next);
              setStale(true);
            }}
            error={look.error}
          />
          <Fieldset legend={texts.rules}>
            <RulesFields
              value={rules}
              onChange={(next) => {
                setRules(next);
                setStale(true);
              }}
              error={look.error}
            />
          </Fieldset>
          {look.error ? <ProblemNote error={look.error} /> : null}
          <Group>
            <Button
              type="submit"
              variant={look.data && !stale ? 'light' : 'filled'}
              disabled={!isEntered(kind, entered)}
              loading={look.isPending}
            >
              {look.data ? texts.previewAgain : texts.preview}
            </Button>
          </Group>
        </Stack>
      </form>
      {look.data && <Preview key={look.submittedAt} looked={look.data} stale={stale} />}
    </Stack>
  );
}

function Preview({ looked: { source, rules, preview }, stale }: { looked: Looked; stale: boolean }) {
  const navigate = useNavigate();
  const [title, setTitle] = useState(preview.title);
  const [key, setKey] = useState('');
  const [baseUrl, setBaseUrl] = useState(preview.base_url ?? '');
  const [trusted, setTrusted] = useState<string[]>([]);
  const create = $api.useMutation('post', '/api/v1/apps', {
    meta: { shown: true },
    onSuccess: (app) => {
      toast(texts.made(app.title));
      void navigate({ to: '/apps/$app', params: { app: app.id } });
    },
  });
  const { summary } = preview.report;
  const works = summary.exposed + summary.degraded;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({
      body: {
        ...source,
        rules,
        title: title.trim() || undefined,
        key: key.trim() || undefined,
        base_url: baseUrl.trim() && baseUrl !== preview.base_url ? baseUrl.trim() : undefined,
        trusted_hosts: trusted,
      },
    });
  };
  return (
    <Stack>
      <Group>
        <Title order={2} size="h3">
          {preview.title}
        </Title>
        <ImportBar summary={summary} width={220} />
      </Group>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Group grow align="flex-start" preventGrowOverflow={false}>
            <TextInput
              label={texts.appTitle}
              maxLength={200}
              required
              miw={220}
              value={title}
              onChange={(event) => setTitle(event.currentTarget.value)}
              error={fieldError(create.error, 'title')}
            />
            <TextInput
              label={texts.appKey}
              description={texts.appKeyHint}
              maxLength={64}
              miw={220}
              value={key}
              onChange={(event) => setKey(event.currentTarget.value)}
              error={fieldError(create.error, 'key')}
            />
          </Group>
          <TextInput
            type="url"
            label={texts.baseUrl}
            description={preview.base_url ? texts.baseUrlHint : texts.baseUrlNeeded}
            required
            maxLength={2000}
            value={baseUrl}
            onChange={(event) => setBaseUrl(event.currentTarget.value)}
            error={fieldError(create.error, 'base_url')}
          />
          <TagsInput
            label={texts.trustedHosts}
            description={texts.trustedHostsHint}
            maxTags={20}
            value={trusted}
            onChange={setTrusted}
            error={fieldError(create.error, 'trusted_hosts')}
          />
          <Text size="sm">
            {texts.asks} {preview.credential_slots.map(slotTitle).join(', ') || texts.nothingAsked}.
          </Text>
          {works === 0 && <Alert color="red">{texts.nothingWorks}</Alert>}
          {summary.refused > 0 && works > 0 && (
            <Alert color="yellow" variant="light">
              {texts.refusedLeft(summary.refused)}
            </Alert>
          )}
          {stale && (
            <Alert color="yellow" variant="light">
              {texts.changed}
            </Alert>
          )}
          {create.error ? <ProblemNote error={create.error} /> : null}
          <Group>
            <Button type="submit" disabled={stale || works === 0} loading={create.isPending}>
              {texts.create(works)}
            </Button>
          </Group>
        </Stack>
      </form>
      <Report report={preview.report} />
    </Stack>
  );
}
