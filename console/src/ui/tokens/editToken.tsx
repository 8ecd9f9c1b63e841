import { Button, Modal, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { common } from '#texts/common';
import { tokenList, tokens } from '#texts/tokens';
import { Answers } from '../answers';
import { ProblemNote } from '../states';
import { toast } from '../toasts';
import { TokenFields } from './tokenFields';
import { faultsOf, settingsOf, valuesOf } from './tokenValues';

interface EditTokenProps {
  token: Schema<'Token'>;
  opened: boolean;
  onClose: () => void;
}

/** Changes a live token: narrower, or wider within one's own rights. */
export function EditToken(props: EditTokenProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={tokens.editTitle(props.token.name)}
      size="lg"
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <Editing {...props} />
    </Modal>
  );
}

function Editing({ token, onClose }: EditTokenProps) {
  const [values, setValues] = useState(() => valuesOf(token));
  // A change by somebody else meanwhile is refused, not overwritten.
  const [revision] = useState(token.revision);
  const [faults, setFaults] = useState<ReturnType<typeof faultsOf>>({});
  const changed = $api.useMutation('patch', '/api/v1/tokens/{token}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(tokenList.saved);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const now = new Date();
    const found = faultsOf(values, now);
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    changed.mutate({
      params: { path: { token: token.id }, header: ifMatch(revision) },
      body: settingsOf(values, now),
    });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TokenFields
          values={values}
          set={(changes) => setValues((before) => ({ ...before, ...changes }))}
          faults={faults}
          error={changed.error}
        />
        {changed.error && <ProblemNote error={changed.error} />}
        <Answers onCancel={onClose}>
          <Button type="submit" loading={changed.isPending}>
            {common.save}
          </Button>
        </Answers>
      </Stack>
    </form>
  );
}
