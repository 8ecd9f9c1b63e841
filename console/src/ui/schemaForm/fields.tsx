import { withTheme } from '@rjsf/core';
import { generateTheme } from '@rjsf/mantine';
import type { ErrorSchema, FieldProps, RJSFSchema, TemplatesType, UiSchema } from '@rjsf/utils';
import { ErrorSchemaBuilder } from '@rjsf/utils';
import { type ReactNode, useMemo, useState } from 'react';
import { editors } from '#texts/editors';
import { Code } from '../code';
import type { JsonSchema } from './schema';
import { validator } from './validator';

type Values = Record<string, unknown>;

interface FieldsProps {
  schema: JsonSchema;
  ui: UiSchema;
  value: Values;
  onChange: (value: Values) => void;
  onSubmit?: (value: Values) => void;
  problem?: { field: string; message: string };
  children?: ReactNode;
}

const Form = withTheme<Values>(generateTheme<Values>());
const fields = { json: JsonField };
const templates: Partial<TemplatesType<Values>> = {
  // Said at the inputs themselves.
  FieldErrorTemplate: () => null,
};

/** The part of `SchemaForm` that is loaded when it is first shown. */
export default function Fields(props: FieldsProps) {
  const { schema, ui, value, onChange, onSubmit, problem, children } = props;
  const uiSchema = useMemo(
    () => ({ ...ui, 'ui:title': ' ', 'ui:description': ' ', 'ui:label': false }),
    [ui],
  );
  const extraErrors = useMemo(() => problem && errorsOf(problem), [problem]);
  // Its own title and description are those of the tool, said above already.
  const { title: _title, description: _description, ...plain } = schema;
  return (
    <Form
      tagName={onSubmit ? 'form' : 'div'}
      schema={{ type: 'object', ...plain } as RJSFSchema}
      uiSchema={uiSchema}
      validator={validator}
      fields={fields}
      templates={templates}
      formData={value}
      extraErrors={extraErrors}
      onChange={(change) => onChange(change.formData ?? {})}
      // Without it the library writes to the browser's console what the fields say already.
      onError={() => {}}
      onSubmit={onSubmit && ((change) => onSubmit(change.formData ?? {}))}
      noHtml5Validate
      showErrorList={false}
      focusOnFirstError
      experimental_defaultFormStateBehavior={{
        emptyObjectFields: 'skipDefaults',
        arrayMinItems: { populate: 'never' },
      }}
    >
      {children ?? true}
    </Form>
  );
}

function errorsOf({ field, message }: { field: string; message: string }): ErrorSchema<Values> {
  return new ErrorSchemaBuilder<Values>().addErrors(message, field.split('.')).ErrorSchema;
}

/** A piece of the schema that has no plain field. */
function JsonField(props: FieldProps<Values>) {
  const { formData, onChange, fieldPathId, name, schema, required, rawErrors } = props;
  const [draft, setDraft] = useState<string>();
  const [error, setError] = useState<string>();
  const written = formData === undefined ? '' : JSON.stringify(formData, undefined, 2);
  // What was written by hand stays as it was written, as long as it says the same.
  const text = draft !== undefined && (error || same(draft, formData)) ? draft : written;
  const write = (next: string) => {
    setDraft(next);
    try {
      onChange(next.trim() === '' ? undefined : JSON.parse(next), fieldPathId.path);
      setError(undefined);
    } catch (failure) {
      setError(editors.invalidJson(failure instanceof Error ? failure.message : String(failure)));
    }
  };
  return (
    <Code
      labelled
      label={`${schema.title ?? name}${required ? ' *' : ''}`}
      description={[schema.description, editors.pieceAsJson].filter(Boolean).join(' ')}
      value={text}
      onChange={write}
      error={error ?? rawErrors?.join(' ')}
      minHeight="64px"
      maxHeight="240px"
    />
  );
}

function same(text: string, value: unknown): boolean {
  try {
    return JSON.stringify(text.trim() === '' ? undefined : JSON.parse(text)) === JSON.stringify(value);
  } catch {
    return false;
  }
}
