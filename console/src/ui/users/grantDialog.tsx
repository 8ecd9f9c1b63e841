import { Button, Checkbox, Modal, Select, Stack, TagsInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { $api, ifMatch, type Schema } from '#api/client';
import { useServers, useUsers } from '#api/directory';
import { fieldError } from '#api/fieldError';
import { common } from '#texts/common';
import { grants } from '#texts/users';
import { Answers } from '../answers';
import { ProblemNote } from '../states';
import { toast } from '../toasts';
import { grantScopes, grantValues } from './grantValues';
import { hasAllServers } from './role';

/** What is granted: one of the two is fixed, the other chosen; or both, with the grant that is there. */
export interface Granting {
  user?: string;
  server?: string;
  grant?: Schema<'Grant'>;
}

interface GrantDialogProps {
  granting: Granting | undefined;
  onClose: () => void;
}

export function GrantDialog({ granting, onClose }: GrantDialogProps) {
  return (
    <Modal
      opened={granting !== undefined}
      onClose={onClose}
      title={granting?.grant ? grants.editTitle : grants.addTitle}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      {granting && <Form granting={granting} onClose={onClose} />}
    </Modal>
  );
}

function Form({ granting, onClose }: { granting: Granting; onClose: () => void }) {
  const { grant } = granting;
  const [user, setUser] = useState(granting.user);
  const [server, setServer] = useState(grant?.server ?? granting.server);
  const [values, setValues] = useState(() => grantValues(grant?.scopes ?? ['mcp:read']));
  const put = $api.useMutation('put', '/api/v1/users/{user}/grants/{server}', {
    meta: { shown: true },
    onSuccess: () => {
      toast(grants.saved);
      onClose();
    },
  });
  const scopes = grantScopes(values);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!user || !server || scopes.length === 0) return;
    put.mutate({
      params: { path: { user, server }, header: grant && ifMatch(grant.revision) },
      body: { scopes },
    });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {granting.user === undefined && <UserField value={user} onChange={setUser} />}
        {granting.server === undefined && !grant && <ServerField value={server} onChange={setServer} />}
        <Checkbox.Group label={grants.scopes} error={scopes.length === 0 && grants.scopeNeeded}>
          <Stack gap="xs" mt={6}>
            <Checkbox
              label={grants.read}
              description="mcp:read"
              checked={values.read}
              onChange={(event) => setValues({ ...values, read: event.currentTarget.checked })}
            />
            <Checkbox
              label={grants.write}
              description="mcp:write"
              checked={values.write}
              onChange={(event) => setValues({ ...values, write: event.currentTarget.checked })}
            />
          </Stack>
        </Checkbox.Group>
        <TagsInput
          label={grants.tools}
          description={grants.toolsHint}
          value={values.tools}
          error={fieldError(put.error, 'scopes')}
          onChange={(tools) => setValues({ ...values, tools })}
        />
        {put.error && <ProblemNote error={put.error} />}
        <Answers onCancel={onClose}>
          <Button type="submit" loading={put.isPending} disabled={!user || !server || scopes.length === 0}>
            {common.save}
          </Button>
        </Answers>
      </Stack>
    </form>
  );
}

interface FieldProps {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** Those who need a grant. */
function UserField({ value, onChange }: FieldProps) {
  const users = useUsers();
  const choices = (users.data ?? []).filter(({ role }) => !hasAllServers(role));
  return (
    <Select
      searchable
      required
      label={grants.user}
      data={choices.map(({ id, email, name }) => ({ value: id, label: name ? `${name} (${email})` : email }))}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
    />
  );
}

function ServerField({ value, onChange }: FieldProps) {
  const servers = useServers();
  const choices = (servers.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Select
      searchable
      required
      label={grants.server}
      data={[{ value: 'all', label: grants.all }, ...choices]}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
    />
  );
}
