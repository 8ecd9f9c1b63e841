import { Button } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import { asProblem } from '#api/problem';
import { Answers } from '../answers';
import { ProblemNote } from '../states';

interface FormFootProps {
  mutation: Pick<UseMutationResult<unknown, unknown, never>, 'isPending' | 'error'>;
  /** Members of the request whose problem a field shows. */
  fields?: string[];
  submit: string;
  disabled?: boolean;
  onCancel: () => void;
}

/** The end of a form: what was refused, unless a field says it, and the two ways out. */
export function FormFoot({ mutation, fields = [], submit, disabled, onCancel }: FormFootProps) {
  const { error } = mutation;
  const shownAbove = error ? fields.includes(asProblem(error).field ?? '') : false;
  return (
    <>
      {error && !shownAbove ? <ProblemNote error={error} /> : null}
      <Answers onCancel={onCancel}>
        <Button type="submit" disabled={disabled} loading={mutation.isPending}>
          {submit}
        </Button>
      </Answers>
    </>
  );
}
