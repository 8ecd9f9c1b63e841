import { Autocomplete } from '@mantine/core';
import { resources as texts } from '#texts/prompts';
import { NamedFields } from '../prompts/namedFields';

const TYPES = [
  'text/markdown',
  'text/plain',
  'application/json',
  'text/csv',
  'text/html',
  'image/png',
  'application/pdf',
];

interface Fields {
  name: string;
  title?: string | null;
  description?: string | null;
  mime_type?: string | null;
}

interface CommonFieldsProps {
  draft: Fields;
  onChange: (changes: Partial<Fields>) => void;
  problemAt: (field: string) => string | undefined;
  readOnly: boolean;
}

/** What resources and templates have in common. */
export function CommonFields({ draft, onChange, problemAt, readOnly }: CommonFieldsProps) {
  return (
    <>
      <NamedFields
        texts={texts}
        draft={draft}
        onChange={onChange}
        problemAt={problemAt}
        readOnly={readOnly}
      />
      <Autocomplete
        label={texts.mimeType}
        description={texts.mimeTypeHint}
        data={TYPES}
        readOnly={readOnly}
        value={draft.mime_type ?? ''}
        error={problemAt('mime_type')}
        onChange={(mime_type) => onChange({ mime_type: mime_type || undefined })}
      />
    </>
  );
}
