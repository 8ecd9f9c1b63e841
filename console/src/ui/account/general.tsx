import { Alert, Button, Group, NumberInput, Paper, Stack, Switch, TextInput } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { fieldError } from '#api/fieldError';
import { useMay } from '#api/session';
import { account as texts } from '#texts/account';
import { common } from '#texts/common';
import { ProblemNote } from '../states';
import { toast } from '../toasts';

type Account = Schema<'OwnAccount'>;

/** Name and alias, with what changing it breaks; whether customers are made by their tokens. */
export function General({ account }: { account: Account }) {
  const may = useMay();
  const [name, setName] = useState(account.name);
  const [alias, setAlias] = useState<string>(account.alias);
  const [days, setDays] = useState<number | string>(account.former_alias_days);
  const [firstUse, setFirstUse] = useState(account.customers_on_first_use);
  const changed = $api.useMutation('patch', '/api/v1/account', {
    meta: { shown: true },
    onSuccess: () => toast(texts.saved),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changed.mutate({
      params: { header: ifMatch(account.revision) },
      body: {
        name: name.trim(),
        alias,
        former_alias_days: Number(days),
        customers_on_first_use: firstUse,
      },
    });
  };
  const allowed = may('account:write');
  const reason = allowed ? undefined : common.needs('account:write');
  return (
    <Paper component="form" withBorder p="md" radius="md" onSubmit={submit}>
      <Stack maw={620}>
        <TextInput
          maxLength={100}
          disabled={!allowed}
          label={texts.name}
          value={name}
          error={fieldError(changed.error, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          required
          maxLength={64}
          disabled={!allowed}
          label={texts.alias}
          description={texts.aliasHint(`${window.location.origin}/mcp/${alias}/…`)}
          value={alias}
          error={fieldError(changed.error, 'alias')}
          onChange={(event) => setAlias(event.currentTarget.value)}
        />
        <NumberInput
          required
          min={0}
          max={3650}
          allowDecimal={false}
          disabled={!allowed}
          label={texts.formerDays}
          value={days}
          error={fieldError(changed.error, 'former_alias_days')}
          onChange={setDays}
        />
        {alias !== account.alias && (
          <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />} title={texts.aliasWarning}>
            {texts.aliasWarningText(account.alias, Number(days))}
          </Alert>
        )}
        <Switch
          disabled={!allowed}
          label={texts.firstUse}
          description={texts.firstUseHint}
          checked={firstUse}
          onChange={(event) => setFirstUse(event.currentTarget.checked)}
        />
        {changed.error && <ProblemNote error={changed.error} />}
        <Group justify="flex-end">
          <Button type="submit" disabled={!allowed} title={reason} loading={changed.isPending}>
            {common.save}
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}
