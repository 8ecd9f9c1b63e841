import { NumberInput, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { same } from '#api/mergePatch';
import { common } from '#texts/common';
import { editors } from '#texts/editors';
import { Code } from '../code';
import { type JsonSchema, typeOf } from '../schemaForm/schema';

interface ValueFieldProps {
  label: string;
  schema: JsonSchema;
  value: unknown;
  onChange: (value: unknown) => void;
  error?: string;
  readOnly: boolean;
}

/** One value of an argument: a text, a number, a choice, or JSON. */
export function ValueField(props: ValueFieldProps) {
  const { label, schema, value, onChange, error, readOnly } = props;
  const type = typeOf(schema);
  const texts = Array.isArray(schema.enum) ? schema.enum.filter((one) => typeof one === 'string') : [];
  if (texts.length > 0 && typeof value === 'string') {
    return (
      <Select
        label={label}
        allowDeselect={false}
        searchable
        disabled={readOnly}
        data={texts}
        value={value}
        error={error}
        onChange={(next) => onChange(next ?? '')}
      />
    );
  }
  if (type === 'string' && typeof value === 'string') {
    return (
      <TextInput
        label={label}
        readOnly={readOnly}
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  if ((type === 'integer' || type === 'number') && typeof value === 'number') {
    return (
      <NumberInput
        label={label}
        readOnly={readOnly}
        allowDecimal={type === 'number'}
        value={value}
        error={error}
        onChange={(next) => onChange(Number(next))}
      />
    );
  }
  if (type === 'boolean' && typeof value === 'boolean') {
    return (
      <Select
        label={label}
        allowDeselect={false}
        disabled={readOnly}
        data={[
          { value: 'true', label: common.yes },
          { value: 'false', label: common.no },
        ]}
        value={String(value)}
        error={error}
        onChange={(next) => onChange(next === 'true')}
      />
    );
  }
  return <JsonValue {...props} />;
}

function JsonValue({ label, value, onChange, error, readOnly }: ValueFieldProps) {
  const [written, setWritten] = useState(() => JSON.stringify(value, undefined, 2));
  const [invalid, setInvalid] = useState<string>();
  const write = (text: string) => {
    setWritten(text);
    try {
      const next: unknown = JSON.parse(text);
      setInvalid(undefined);
      if (!same(next, value)) onChange(next);
    } catch (failure) {
      setInvalid(editors.invalidJson(failure instanceof Error ? failure.message : String(failure)));
    }
  };
  return (
    <Code
      labelled
      label={`${label} (${editors.json})`}
      value={written}
      onChange={write}
      readOnly={readOnly}
      error={invalid ?? error}
      minHeight="64px"
    />
  );
}
