import { FileInput, Textarea, TextInput } from '@mantine/core';
import { IconFileCode } from '@tabler/icons-react';
import { fieldError } from '#api/fieldError';
import { importing as texts } from '#texts/apps';

/** Where an API description comes from: its text, or its URL. */
export type Source = { description: string } | { location: string };

export type SourceKind = 'file' | 'url' | 'paste';

/** What was entered of a description. */
export interface Entered {
  file: File | null;
  url: string;
  text: string;
}

export const NOTHING_ENTERED: Entered = { file: null, url: '', text: '' };

/** The description that was entered in that way; none until something was. */
export async function sourceOf(kind: SourceKind, entered: Entered): Promise<Source | undefined> {
  if (kind === 'url') return entered.url.trim() ? { location: entered.url.trim() } : undefined;
  if (kind === 'paste') return entered.text.trim() ? { description: entered.text } : undefined;
  return entered.file ? { description: await entered.file.text() } : undefined;
}

export function isEntered(kind: SourceKind, { file, url, text }: Entered): boolean {
  return kind === 'file' ? file !== null : (kind === 'url' ? url : text).trim() !== '';
}

interface SourceFieldsProps {
  kind: SourceKind;
  value: Entered;
  onChange: (entered: Entered) => void;
  error: unknown;
}

/** Takes an API description by file, URL or paste. */
export function SourceFields({ kind, value, onChange, error }: SourceFieldsProps) {
  if (kind === 'file') {
    return (
      <FileInput
        label={texts.file}
        placeholder={texts.filePlaceholder}
        accept=".json,.yaml,.yml,application/json,application/yaml"
        leftSection={<IconFileCode size={16} aria-hidden />}
        clearable
        clearButtonProps={{ 'aria-label': texts.fileClear }}
        required
        value={value.file}
        onChange={(file) => onChange({ ...value, file })}
        error={fieldError(error, 'description')}
      />
    );
  }
  if (kind === 'url') {
    return (
      <TextInput
        type="url"
        label={texts.url}
        description={texts.urlHint}
        placeholder="https://api.example.com/openapi.json"
        required
        maxLength={4000}
        value={value.url}
        onChange={(event) => onChange({ ...value, url: event.currentTarget.value })}
        error={fieldError(error, 'location')}
      />
    );
  }
  return (
    <Textarea
      label={texts.paste}
      description={texts.pasteHint}
      required
      rows={10}
      spellCheck={false}
      classNames={{ input: 'mono' }}
      value={value.text}
      onChange={(event) => onChange({ ...value, text: event.currentTarget.value })}
      error={fieldError(error, 'description')}
    />
  );
}
