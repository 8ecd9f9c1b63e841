import { Code, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { asProblem } from '#api/problem';
import { useSession } from '#api/session';
import { createServer } from '#texts/servers';
import { SLUG, serverUrl, slugOf } from './slug';

export interface Names {
  name: string;
  slug: string;
}

/** A name and the slug that is made of it, until the slug is written by hand. */
export function useNames(name: string, slug = slugOf(name)) {
  const [names, setNames] = useState<Names>({ name, slug });
  const [byHand, setByHand] = useState(false);
  return {
    names: { name: names.name.trim(), slug: names.slug },
    typed: names,
    setName: (next: string) => setNames({ name: next, slug: byHand ? names.slug : slugOf(next) }),
    setSlug: (next: string) => {
      setByHand(next !== '');
      setNames({ ...names, slug: next });
    },
    valid: names.name.trim() !== '' && SLUG.test(names.slug),
  };
}

interface NameFieldsProps {
  value: ReturnType<typeof useNames>;
  /** What the API answered, shown at the field that it is about. */
  error: unknown;
  /** Whether one begins with them. */
  first?: boolean;
}

/** What a new server is called, and where it will be. */
export function NameFields({ value, error, first = true }: NameFieldsProps) {
  const { account } = useSession();
  const { typed, setName, setSlug } = value;
  const problem = error ? asProblem(error) : undefined;
  const at = (field: string) => (problem?.field === field ? problem.message : undefined);
  const malformed = typed.slug !== '' && !SLUG.test(typed.slug) ? createServer.slugWrong : undefined;
  return (
    <Stack gap="sm">
      <TextInput
        label={createServer.name}
        placeholder={createServer.namePlaceholder}
        value={typed.name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={at('name')}
        maxLength={300}
        required
        data-autofocus={first || undefined}
      />
      <TextInput
        label={createServer.slug}
        description={createServer.slugHint}
        value={typed.slug}
        onChange={(event) => setSlug(event.currentTarget.value)}
        error={malformed ?? at('slug')}
        maxLength={128}
        required
        classNames={{ input: 'mono' }}
      />
      <Text size="xs" c="dimmed" component="div">
        {createServer.url} <Code>{serverUrl(account.alias, typed.slug || '…')}</Code>
      </Text>
    </Stack>
  );
}
