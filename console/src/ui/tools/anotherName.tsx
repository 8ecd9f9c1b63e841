import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { $api } from '#api/client';
import { asProblem } from '#api/problem';
import { common } from '#texts/common';
import { tools } from '#texts/tools';
import { Answers } from '../answers';
import { Loaded, ProblemNote } from '../states';
import { draftTools } from './data';

const texts = tools.anotherName;

interface AnotherNameProps {
  server: string;
  /** The tool whose action it is. */
  tool: string | undefined;
  onAdded: (name: string) => void;
  onClose: () => void;
}

/** Makes a second tool of an action that is one already. */
export function AnotherName(props: AnotherNameProps) {
  return (
    <Modal
      opened={props.tool !== undefined}
      onClose={props.onClose}
      title={texts.title}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      {props.tool !== undefined && <Named {...props} tool={props.tool} />}
    </Modal>
  );
}

function Named({ server, tool, onAdded, onClose }: AnotherNameProps & { tool: string }) {
  const params = { path: { server, tool } };
  const original = $api.useQuery('get', '/api/v1/servers/{server}/tools/{tool}', { params });
  const taken = useQuery(draftTools(server)).data?.map(({ name }) => name);
  const [name, setName] = useState<string>();
  const added = $api.useMutation('post', '/api/v1/servers/{server}/tools', {
    meta: { shown: true },
    onSuccess: (made) => onAdded(made.name),
  });
  const wanted = name ?? freeName(tool, taken ?? []);
  const problem = added.error ? asProblem(added.error) : undefined;
  return (
    <Loaded query={original}>
      {({ app, action, connection }) => {
        const submit = (event: FormEvent) => {
          event.preventDefault();
          added.mutate({
            params: { path: { server } },
            body: { app, action, connection, name: wanted, enabled: true },
          });
        };
        return (
          <form onSubmit={submit}>
            <Stack>
              <Text>{texts.text(action)}</Text>
              <TextInput
                data-autofocus
                classNames={{ input: 'mono' }}
                label={texts.name}
                description={texts.nameHint}
                required
                maxLength={64}
                value={wanted}
                error={problem?.field === 'name' ? problem.message : undefined}
                onChange={(event) => setName(event.currentTarget.value)}
              />
              {problem && problem.field !== 'name' && <ProblemNote error={problem} />}
              <Answers onCancel={onClose}>
                <Button type="submit" loading={added.isPending}>
                  {texts.submit}
                </Button>
              </Answers>
            </Stack>
          </form>
        );
      }}
    </Loaded>
  );
}

function freeName(name: string, taken: string[]): string {
  for (let number = 2; ; number += 1) {
    const next = `${name.slice(0, 60)}_${number}`;
    if (!taken.includes(next)) return next;
  }
}
