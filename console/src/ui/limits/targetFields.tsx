import { Select, Stack, TextInput } from '@mantine/core';
import type { Schema } from '#api/client';
import { useServers, useTokens, useUsers } from '#api/directory';
import { limits } from '#texts/limits';

export type Target = Schema<'LimitTarget'>;

const KINDS: Target['kind'][] = ['account', 'server', 'tool', 'token', 'user'];

interface TargetFieldsProps {
  target: Target;
  error: string | undefined;
  onChange: (target: Target) => void;
}

/** What a limit counts the calls of: one thing, or each of its kind. */
export function TargetFields({ target, error, onChange }: TargetFieldsProps) {
  const servers = useServers();
  const tokens = useTokens();
  const users = useUsers();
  const serverChoices = (servers.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const which = (
    label: string,
    data: { value: string; label: string }[],
    value: string | null | undefined,
  ) => ({
    label,
    data,
    value: value ?? null,
    placeholder: limits.each,
    searchable: true,
    clearable: true,
  });
  return (
    <Stack>
      <Select
        allowDeselect={false}
        label={limits.target}
        data={KINDS.map((kind) => ({ value: kind, label: limits.targets[kind] }))}
        value={target.kind}
        error={error}
        onChange={(kind) => kind && onChange({ kind })}
      />
      {target.kind === 'server' && (
        <Select
          {...which(limits.which, serverChoices, target.server)}
          onChange={(server) => onChange({ kind: 'server', server })}
        />
      )}
      {target.kind === 'tool' && (
        <>
          <Select
            {...which(limits.ofServer, serverChoices, target.server)}
            onChange={(server) => onChange({ ...target, server })}
          />
          <TextInput
            label={limits.toolName}
            placeholder={limits.each}
            maxLength={64}
            value={target.tool ?? ''}
            onChange={(event) => onChange({ ...target, tool: event.currentTarget.value || null })}
          />
        </>
      )}
      {target.kind === 'token' && (
        <Select
          {...which(
            limits.which,
            (tokens.data ?? []).map(({ id, name, hint }) => ({ value: id, label: `${name} (${hint}…)` })),
            target.token,
          )}
          onChange={(token) => onChange({ kind: 'token', token })}
        />
      )}
      {target.kind === 'user' && (
        <Select
          {...which(
            limits.which,
            (users.data ?? []).map(({ id, email }) => ({ value: id, label: email })),
            target.user,
          )}
          onChange={(user) => onChange({ kind: 'user', user })}
        />
      )}
    </Stack>
  );
}
