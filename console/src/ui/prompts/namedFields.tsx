import { Textarea, TextInput } from '@mantine/core';

interface Named {
  name: string;
  title?: string | null;
  description?: string | null;
}

interface NamedFieldsProps {
  texts: Record<'name' | 'nameHint' | 'titleField' | 'titleHint' | 'description' | 'descriptionHint', string>;
  draft: Named;
  onChange: (changes: Partial<Named>) => void;
  problemAt: (field: string) => string | undefined;
  readOnly: boolean;
}

/** What prompts, resources and templates are called. */
export function NamedFields({ texts, draft, onChange, problemAt, readOnly }: NamedFieldsProps) {
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
    </>
  );
}
