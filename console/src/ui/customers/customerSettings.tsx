import { Button, Divider, Group, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { mergePatch } from '#api/mergePatch';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { customers as texts } from '#texts/customers';
import { Code } from '../code';
import { Confirm } from '../confirm';
import { jsonObject } from '../jsonObject';
import { ProblemNote } from '../states';
import { toast } from '../toasts';

/** What of a customer can be changed, and its end. */
export function CustomerSettings({ customer }: { customer: Schema<'Customer'> }) {
  const may = useMay()('customers:write');
  const [name, setName] = useState(customer.name);
  const [disabled, setDisabled] = useState(customer.disabled);
  const [metadata, setMetadata] = useState(() => JSON.stringify(customer.metadata, undefined, 2));
  const save = $api.useMutation('patch', '/api/v1/customers/{customer}', {
    meta: { shown: true },
    onSuccess: () => toast(texts.saved),
  });
  const reason = may ? undefined : common.needs('customers:write');
  const parsed = jsonObject(metadata);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!parsed) return;
    save.mutate({
      params: { path: { customer: customer.id }, header: ifMatch(customer.revision) },
      body: { name: name.trim(), disabled, metadata: mergePatch(customer.metadata, parsed) },
    });
  };
  return (
    <Stack maw={760}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={texts.name}
            description={texts.nameHint}
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={fieldError(save.error, 'name')}
          />
          <Code
            labelled
            label={texts.metadata}
            description={texts.metadataHint}
            language="json"
            value={metadata}
            onChange={setMetadata}
            error={parsed ? fieldError(save.error, 'metadata') : texts.notJson}
          />
          <Switch
            label={texts.disable}
            checked={disabled}
            onChange={(event) => setDisabled(event.currentTarget.checked)}
          />
          {save.error ? <ProblemNote error={save.error} /> : null}
          <Group>
            <Button type="submit" loading={save.isPending} disabled={!may || !parsed} title={reason}>
              {common.save}
            </Button>
          </Group>
        </Stack>
      </form>
      <Divider />
      <Ending customer={customer} reason={reason} />
    </Stack>
  );
}

function Ending({ customer, reason }: { customer: Schema<'Customer'>; reason: string | undefined }) {
  const navigate = useNavigate();
  const [asked, { open, close }] = useDisclosure();
  const remove = $api.useMutation('delete', '/api/v1/customers/{customer}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(texts.deleted);
      void navigate({ to: '/customers' });
    },
  });
  return (
    <Stack align="flex-start">
      <Text size="sm" c="dimmed">
        {texts.deleteText}
      </Text>
      <Button color="red" variant="light" onClick={open} disabled={reason !== undefined} title={reason}>
        {texts.delete}
      </Button>
      <Confirm
        opened={asked}
        onClose={close}
        title={texts.deleteTitle(customer.name || customer.key)}
        name={customer.key}
        act={common.delete}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          remove.mutate({
            params: { path: { customer: customer.id }, header: ifMatch(customer.revision) },
          })
        }
      >
        {texts.deleteText} {common.confirmNoUndo}
      </Confirm>
    </Stack>
  );
}
