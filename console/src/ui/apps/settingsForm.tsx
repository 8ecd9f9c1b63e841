import { Button, Divider, Fieldset, Group, Stack, TagsInput, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { useMay } from '#api/session';
import { importing, apps as texts } from '#texts/apps';
import { common } from '#texts/common';
import { usedBy } from '#texts/usedBy';
import { Confirm } from '../confirm';
import { Loaded, ProblemNote } from '../states';
import { toast } from '../toasts';
import { RulesFields } from './rulesFields';
import { UsedBy } from './usedBy';

/** What of an app can be changed, and its end. */
export function SettingsForm({ app }: { app: Schema<'App'> }) {
  const may = useMay()('apps:write');
  const [title, setTitle] = useState(app.title);
  const [baseUrl, setBaseUrl] = useState(app.base_url);
  const [trusted, setTrusted] = useState(app.trusted_hosts);
  const [rules, setRules] = useState(app.rules);
  const save = $api.useMutation('patch', '/api/v1/apps/{app}', {
    meta: { shown: true },
    onSuccess: () => toast(texts.saved),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({
      params: { path: { app: app.id }, header: ifMatch(app.revision) },
      body: { title: title.trim(), base_url: baseUrl.trim(), trusted_hosts: trusted, rules },
    });
  };
  return (
    <Stack maw={760}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={importing.appTitle}
            required
            maxLength={200}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
            error={fieldError(save.error, 'title')}
          />
          <TextInput
            type="url"
            label={importing.baseUrl}
            description={importing.baseUrlManual}
            required
            maxLength={2000}
            value={baseUrl}
            onChange={(event) => setBaseUrl(event.currentTarget.value)}
            error={fieldError(save.error, 'base_url')}
          />
          <TagsInput
            label={importing.trustedHosts}
            description={importing.trustedHostsHint}
            maxTags={20}
            value={trusted}
            onChange={setTrusted}
            error={fieldError(save.error, 'trusted_hosts')}
          />
          {app.kind === 'openapi' && (
            <Fieldset legend={texts.rulesNext}>
              <RulesFields value={rules} onChange={setRules} error={save.error} />
            </Fieldset>
          )}
          {save.error ? <ProblemNote error={save.error} /> : null}
          <Group>
            <Button
              type="submit"
              loading={save.isPending}
              disabled={!may}
              title={may ? undefined : common.needs('apps:write')}
            >
              {common.save}
            </Button>
          </Group>
        </Stack>
      </form>
      <Divider />
      <Ending app={app} />
    </Stack>
  );
}

function Ending({ app }: { app: Schema<'App'> }) {
  const navigate = useNavigate();
  const may = useMay()('apps:write');
  const [asked, { open, close }] = useDisclosure();
  const uses = $api.useQuery('get', '/api/v1/apps/{app}/used-by', { params: { path: { app: app.id } } });
  const remove = $api.useMutation('delete', '/api/v1/apps/{app}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(texts.deleted(app.title));
      void navigate({ to: '/apps' });
    },
  });
  const params = { path: { app: app.id }, header: ifMatch(app.revision) };
  return (
    <Stack align="flex-start">
      <Title order={2} size="h4">
        {usedBy.title}
      </Title>
      <Loaded query={uses}>{(data) => <UsedBy uses={data} />}</Loaded>
      <Text size="sm" c="dimmed">
        {texts.deleteText}
      </Text>
      <Button
        color="red"
        variant="light"
        onClick={open}
        disabled={!may}
        title={may ? undefined : common.needs('apps:write')}
      >
        {texts.delete}
      </Button>
      <Confirm
        opened={asked}
        onClose={close}
        title={texts.deleteTitle(app.title)}
        name={app.key}
        act={common.delete}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ params })}
      >
        {texts.deleteText} {common.confirmNoUndo}
      </Confirm>
    </Stack>
  );
}
