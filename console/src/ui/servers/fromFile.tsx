import { Button, FileButton, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { $api } from '#api/client';
import { asProblem } from '#api/problem';
import { createServer as texts } from '#texts/servers';
import type { FromProps } from './createServer';
import { FormFoot } from './formFoot';
import { SLUG } from './slug';

export function FromFile({ onCancel, onMade }: FromProps) {
  const [document, setDocument] = useState('');
  const [slug, setSlug] = useState('');
  const made = $api.useMutation('post', '/api/v1/servers/import', {
    meta: { shown: true },
    onSuccess: onMade,
  });
  const malformed = slug !== '' && !SLUG.test(slug);
  const ready = document.trim() !== '' && !malformed;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) made.mutate({ body: { document, slug: slug || undefined } });
  };
  const taken =
    made.error && asProblem(made.error).field === 'slug' ? asProblem(made.error).message : undefined;
  return (
    <form onSubmit={submit}>
      <Stack>
        <DocumentField value={document} onChange={setDocument} />
        <TextInput
          label={texts.otherSlug}
          description={texts.otherSlugHint}
          value={slug}
          onChange={(event) => setSlug(event.currentTarget.value)}
          error={malformed ? texts.slugWrong : taken}
          maxLength={128}
          classNames={{ input: 'mono' }}
        />
        <FormFoot
          mutation={made}
          fields={['slug']}
          submit={texts.submit}
          disabled={!ready}
          onCancel={onCancel}
        />
      </Stack>
    </form>
  );
}

interface DocumentFieldProps {
  value: string;
  onChange: (text: string) => void;
}

/** Takes the text of an exported file: the file, or what is pasted. */
export function DocumentField({ value, onChange }: DocumentFieldProps) {
  const [name, setName] = useState('');
  const read = async (file: File | null) => {
    if (!file) return;
    setName(file.name);
    onChange(await file.text());
  };
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <FileButton onChange={read} accept=".yaml,.yml,.json,application/yaml,application/json">
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconUpload size={16} />}>
              {texts.filePlaceholder}
            </Button>
          )}
        </FileButton>
        <Text span size="sm" c="dimmed">
          {name || texts.fileHint}
        </Text>
      </Group>
      <Textarea
        label={texts.document}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        rows={8}
        spellCheck={false}
        classNames={{ input: 'mono' }}
      />
    </Stack>
  );
}
