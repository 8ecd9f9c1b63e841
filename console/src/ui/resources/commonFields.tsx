import { Autocomplete, Textarea, TextInput } from '@mantine/core';
import { resources as texts } from '#texts/prompts';

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
      <TextInput
        label={texts.name}
        description={texts.nameHint}
        classNames={{ input: 'mono' }}
        required
        maxLength={64}
        readOnly={readOnly}
        value={draft.name}
        error={problemAt('name')}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <TextInput
        label={texts.titleField}
        description={texts.titleHint}
        maxLength={200}
        readOnly={readOnly}
        value={draft.title ?? ''}
        error={problemAt('title')}
        onChange={(event) => onChange({ title: event.currentTarget.value || undefined })}
      />
      <Textarea
        label={texts.description}
        description={texts.descriptionHint}
        autosize
        minRows={2}
        maxLength={8000}
        readOnly={readOnly}
        value={draft.description ?? ''}
        error={problemAt('description')}
        onChange={(event) => onChange({ description: event.currentTarget.value || undefined })}
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
