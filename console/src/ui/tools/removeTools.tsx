import { Progress, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '#api/client';
import { tools as texts } from '#texts/tools';
import { Confirm } from '../confirm';
import { toast } from '../toasts';
import { each } from './each';

interface RemoveToolsProps {
  server: string;
  /** None: nothing is asked. */
  names: string[];
  onRemoved?: () => void;
  onClose: () => void;
}

/** Asks once, then takes tools out of the draft. */
export function RemoveTools({ server, names, onRemoved, onClose }: RemoveToolsProps) {
  const [done, setDone] = useState(0);
  const removed = useMutation({
    meta: { shown: true },
    mutationFn: () => {
      setDone(0);
      const remove = (tool: string) =>
        client.DELETE('/api/v1/servers/{server}/tools/{tool}', {
          params: { path: { server, tool }, header: { 'If-Match': '*' } },
        });
      return each(names, remove, setDone);
    },
    onSuccess: () => {
      toast(texts.removedToast(names.length));
      onRemoved?.();
      onClose();
    },
  });
  const [only] = names;
  const one = names.length === 1 && only !== undefined;
  return (
    <Confirm
      opened={names.length > 0}
      onClose={onClose}
      title={one ? texts.removeTitle : texts.removeMany(names.length)}
      act={texts.remove}
      pending={removed.isPending}
      error={removed.error}
      onConfirm={() => removed.mutate()}
    >
      <Stack gap="xs">
        {one ? texts.removeText(only) : texts.removeManyText}
        {removed.isPending && names.length > 1 && (
          <Progress value={(done / names.length) * 100} aria-label={texts.progress(done, names.length)} />
        )}
      </Stack>
    </Confirm>
  );
}
