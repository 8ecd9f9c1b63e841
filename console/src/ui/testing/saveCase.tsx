import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { mergePatch, same } from '#api/mergePatch';
import { useMay } from '#api/session';
import { common } from '#texts/common';
import { testing } from '#texts/testing';
import { ProblemNote } from '../states';
import { toast } from '../toasts';
import type { TestingProps } from './testing';
import type { Values } from './values';

const texts = testing.cases;

interface SaveCaseProps extends TestingProps {
  tested: Schema<'TestedTool'>;
  opened: Schema<'TestCase'> | undefined;
  values: Values;
  invalid: boolean;
}

/** Keeps the arguments: as a new test case, or in the one that is open. */
export function SaveCase(props: SaveCaseProps) {
  const { server, tested, opened, values, invalid, onCase } = props;
  const [asking, setAsking] = useState(false);
  const may = useMay()('servers:test');
  const changed = $api.useMutation('patch', '/api/v1/servers/{server}/tools/{tool}/test-cases/{test_case}', {
    onSuccess: () => toast(texts.saved),
  });
  const differs = opened !== undefined && !same(opened.arguments, values);
  const reason = may ? undefined : common.needs('servers:test');
  return (
    <Group gap="xs">
      {opened && (
        <Button
          variant="default"
          disabled={!may || invalid || !differs}
          title={reason}
          loading={changed.isPending}
          onClick={() =>
            changed.mutate({
              params: {
                path: { server, tool: tested.name, test_case: opened.id },
                header: ifMatch(opened.revision),
              },
              body: { arguments: mergePatch(opened.arguments, values) },
            })
          }
        >
          {texts.update}
        </Button>
      )}
      <Button variant="default" disabled={!may || invalid} title={reason} onClick={() => setAsking(true)}>
        {texts.save}
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={texts.saveTitle}
        closeButtonProps={{ 'aria-label': common.close }}
      >
        <NewCase
          {...props}
          onSaved={(id) => {
            setAsking(false);
            onCase(id);
          }}
        />
      </Modal>
    </Group>
  );
}

function NewCase({ server, tested, values, onSaved }: SaveCaseProps & { onSaved: (id: string) => void }) {
  const created = $api.useMutation('post', '/api/v1/servers/{server}/tools/{tool}/test-cases', {
    meta: { shown: true },
    onSuccess: ({ id }) => {
      toast(texts.saved);
      onSaved(id);
    },
  });
  return (
    <NameForm
      pending={created.isPending}
      error={created.error}
      onName={(name) =>
        created.mutate({ params: { path: { server, tool: tested.name } }, body: { name, arguments: values } })
      }
    />
  );
}

interface NameFormProps {
  name?: string;
  pending: boolean;
  error: unknown;
  onName: (name: string) => void;
}

/** Asks what a test case is called. */
export function NameForm({ name = '', pending, error, onName }: NameFormProps) {
  const [typed, setTyped] = useState(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // A modal stands in the form that opened it, as React sees it.
    event.stopPropagation();
    onName(typed.trim());
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          required
          maxLength={100}
          label={texts.name}
          description={texts.nameHint}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {error ? <ProblemNote error={error} /> : null}
        <Group justify="flex-end">
          <Button type="submit" loading={pending} disabled={typed.trim() === ''}>
            {common.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
