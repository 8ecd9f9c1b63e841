import { Button, Stack, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { fieldError } from '#api/fieldError';
import { common } from '#texts/common';
import { Answers } from './answers';
import { ProblemNote } from './states';

interface RenameProps {
  name: string;
  label: string;
  hint?: ReactNode;
  pending: boolean;
  error: unknown;
  onRename: (name: string) => void;
  onDone: () => void;
}

/** A new name for something, of at most 100 characters. */
export function Rename({ name, label, hint, pending, error, onRename, onDone }: RenameProps) {
  const [typed, setTyped] = useState(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onRename(typed.trim());
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={label}
          description={hint}
          required
          maxLength={100}
          data-autofocus
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={fieldError(error, 'name')}
        />
        {error ? <ProblemNote error={error} /> : null}
        <Answers onCancel={onDone}>
          <Button type="submit" loading={pending}>
            {common.save}
          </Button>
        </Answers>
      </Stack>
    </form>
  );
}
