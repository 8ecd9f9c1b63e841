import { Button, Group, Paper, Text } from '@mantine/core';
import { useState } from 'react';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { prompts as texts } from '#texts/prompts';
import { toolPanel } from '#texts/tools';
import { Confirm } from './confirm';
import { ProblemNote } from './states';

interface DraftFootProps {
  /** What is open; nothing while it is new. */
  name: string | undefined;
  unsaved: boolean;
  pending: boolean;
  error: unknown;
  /** Why it cannot be saved as it is written. */
  invalid?: string;
  onSave: () => void;
  onDiscard: () => void;
  removeTitle: string;
  removeText: (name: string) => string;
  removing: { isPending: boolean; error: unknown; reset: () => void };
  onRemove: () => void;
}

/** What stands below a part of a draft that is edited: saved, discarded, deleted. */
export function DraftFoot(props: DraftFootProps) {
  const { name, unsaved, pending, error, invalid, onSave, onDiscard, removing, onRemove } = props;
  const may = useMay()('servers:write');
  const [asked, setAsked] = useState(false);
  const reason = may ? invalid : common.needs('servers:write');
  return (
    <>
      {error ? <ProblemNote error={error} /> : null}
      <Paper withBorder p="sm" pos="sticky" bottom={0} style={{ zIndex: 2 }}>
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed" role="status">
            {invalid ?? (unsaved ? toolPanel.unsaved : texts.published)}
          </Text>
          <Group gap="xs">
            {name !== undefined && (
              <Button
                variant="subtle"
                color="red"
                disabled={!may}
                title={may ? undefined : common.needs('servers:write')}
                onClick={() => setAsked(true)}
              >
                {texts.remove}
              </Button>
            )}
            <Button variant="default" disabled={!unsaved} onClick={onDiscard}>
              {texts.discard}
            </Button>
            <Button
              loading={pending}
              disabled={!may || !unsaved || invalid !== undefined}
              title={reason}
              onClick={onSave}
            >
              {name === undefined ? common.create : common.save}
            </Button>
          </Group>
        </Group>
      </Paper>
      {name !== undefined && (
        <Confirm
          opened={asked}
          onClose={() => {
            setAsked(false);
            removing.reset();
          }}
          title={props.removeTitle}
          act={texts.remove}
          pending={removing.isPending}
          error={removing.error}
          onConfirm={onRemove}
        >
          {props.removeText(name)}
        </Confirm>
      )}
    </>
  );
}
