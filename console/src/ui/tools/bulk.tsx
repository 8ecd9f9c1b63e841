import { Button, Group, Paper, Progress, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '#api/client';
import { common } from '#texts/common';
import { tools as texts } from '#texts/tools';
import { each } from './each';
import { RemoveTools } from './removeTools';

interface BulkProps {
  server: string;
  selected: ReadonlySet<string>;
  onSelected: (names: ReadonlySet<string>) => void;
}

/** What can be done with the tools that are selected. */
export function Bulk({ server, selected, onSelected }: BulkProps) {
  const queries = useQueryClient();
  const [done, setDone] = useState(0);
  const [removing, setRemoving] = useState(false);
  const names = [...selected];
  const set = useMutation({
    mutationFn: (enabled: boolean) => {
      setDone(0);
      const patch = (tool: string) =>
        client.PATCH('/api/v1/servers/{server}/tools/{tool}', {
          params: { path: { server, tool }, header: { 'If-Match': '*' } },
          body: { enabled },
        });
      return each(names, patch, setDone);
    },
    onError: () => queries.invalidateQueries(),
  });
  if (selected.size === 0) return null;
  return (
    <Paper withBorder p="xs" role="group" aria-label={texts.bulkLabel}>
      <Group gap="xs">
        <Text size="sm" fw={600} px={4}>
          {common.selected(selected.size)}
        </Text>
        <Button size="xs" variant="default" disabled={set.isPending} onClick={() => set.mutate(true)}>
          {texts.turnOn}
        </Button>
        <Button size="xs" variant="default" disabled={set.isPending} onClick={() => set.mutate(false)}>
          {texts.turnOff}
        </Button>
        <Button
          size="xs"
          variant="light"
          color="red"
          disabled={set.isPending}
          onClick={() => setRemoving(true)}
        >
          {texts.remove}
        </Button>
        <Button size="xs" variant="subtle" disabled={set.isPending} onClick={() => onSelected(new Set())}>
          {texts.clear}
        </Button>
        {set.isPending && (
          <Progress
            flex={1}
            miw={120}
            value={(done / names.length) * 100}
            aria-label={texts.progress(done, names.length)}
          />
        )}
        {set.isError && <Text size="sm">{texts.stopped(done, names.length)}</Text>}
      </Group>
      <RemoveTools
        server={server}
        names={removing ? names : []}
        onRemoved={() => onSelected(new Set())}
        onClose={() => setRemoving(false)}
      />
    </Paper>
  );
}
