import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { useMay } from '#api/session';
import { account as texts } from '#texts/account';
import { common } from '#texts/common';
import { Confirm } from '../confirm';
import { Facts } from '../facts';
import { When } from '../figures';
import { toast } from '../toasts';

/** Aliases that were given up and still answer, with the clients that use them. */
export function FormerAliases({ account }: { account: Schema<'OwnAccount'> }) {
  const may = useMay();
  const [ending, setEnding] = useState<string>();
  const allowed = may('account:write');
  const ended = $api.useMutation('delete', '/api/v1/account/former-aliases/{alias}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(texts.ended);
      setEnding(undefined);
    },
  });
  return (
    <Stack gap="sm">
      <Title order={2} size="h4">
        {texts.former}
      </Title>
      {account.former_aliases.length === 0 && <Text c="dimmed">{texts.noFormer}</Text>}
      {account.former_aliases.map(({ alias, until, last_used_at, clients }) => (
        <Paper key={alias} withBorder p="md" radius="md">
          <Group justify="space-between" mb="xs">
            <Text fw={600} className="mono">
              {alias}
            </Text>
            <Button
              size="xs"
              variant="light"
              color="red"
              disabled={!allowed}
              title={allowed ? undefined : common.needs('account:write')}
              onClick={() => setEnding(alias)}
            >
              {texts.endFormer(alias)}
            </Button>
          </Group>
          <Facts
            facts={{
              [texts.formerUntil]: <When at={until} />,
              [texts.formerUsed]: <When at={last_used_at} />,
              [texts.formerClients]:
                clients.length === 0
                  ? texts.formerNobody
                  : clients.map(({ name, last_used_at: used }) => (
                      <div key={name ?? ''}>
                        {name ?? texts.unnamed} (<When at={used} />)
                      </div>
                    )),
            }}
          />
        </Paper>
      ))}
      <Confirm
        opened={ending !== undefined}
        onClose={() => setEnding(undefined)}
        title={texts.endTitle(ending ?? '')}
        name={ending}
        act={texts.endAct}
        pending={ended.isPending}
        error={ended.error}
        onConfirm={() =>
          ending && ended.mutate({ params: { path: { alias: ending }, header: ifMatch(account.revision) } })
        }
      >
        {texts.endText}
      </Confirm>
    </Stack>
  );
}
