import { Button, Code, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { common } from '#texts/common';
import { Answers } from './answers';
import { ProblemNote } from './states';

interface ConfirmProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** What happens, and to whom. */
  children: ReactNode;
  /** Has to be typed, when the act destroys something that has a name. */
  name?: string;
  /** On the button: the verb. */
  act: string;
  pending: boolean;
  error: unknown;
  onConfirm: () => void;
}

/** Asks once before something is destroyed, by its name. */
export function Confirm(props: ConfirmProps) {
  const { opened, onClose, title } = props;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      centered
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Asked {...props} />
    </Modal>
  );
}

function Asked({ name, children, act, pending, error, onConfirm, onClose }: ConfirmProps) {
  const [typed, setTyped] = useState('');
  const fits = name === undefined || typed === name;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (fits && !pending) onConfirm();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text component="div" size="sm">
          {children}
        </Text>
        {name !== undefined && (
          <TextInput
            data-autofocus
            autoComplete="off"
            label={common.confirmByName(name)}
            description={<Code>{name}</Code>}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        {error ? <ProblemNote error={error} /> : null}
        <Answers onCancel={onClose}>
          <Button type="submit" color="red" disabled={!fits} loading={pending}>
            {act}
          </Button>
        </Answers>
      </Stack>
    </form>
  );
}
