import { Alert, Stack, Text } from '@mantine/core';
import { Component, type FormEvent, lazy, type ReactNode, Suspense, useMemo, useState } from 'react';
import { editors } from '#texts/editors';
import { Code } from './code';
import { draw, FIELDS_MAX } from './schemaForm/drawing';
import { readObject } from './schemaForm/readObject';
import { isObject, type JsonSchema } from './schemaForm/schema';
import { Waiting } from './states';

const Fields = lazy(() => import('./schemaForm/fields'));

type Values = Record<string, unknown>;

interface SchemaFormProps {
  /** As an API described it: anything may stand in it. */
  schema: JsonSchema;
  value: Values;
  onChange: (value: Values) => void;
  /** Called with values that fit the schema. Without it the form is a part of another one. */
  onSubmit?: (value: Values) => void;
  /** What else is wrong, by the path of the field: `filter.status`. */
  problem?: { field: string; message: string };
  /** What stands below the fields: the button that submits. */
  children?: ReactNode;
}

/**
 * A form made of a JSON Schema. What cannot be drawn is written as JSON: a piece of it in its own field, or all of it, with the reason.
 */
export function SchemaForm(props: SchemaFormProps) {
  const { schema } = props;
  const drawing = useMemo(() => draw(schema), [schema]);
  if ('reason' in drawing) {
    const { noForm } = editors;
    const reason = drawing.reason === 'noObject' ? noForm.noObject : noForm.tooLarge(FIELDS_MAX);
    return <AsJson {...props} reason={reason} />;
  }
  if (Object.keys(drawing.ui).length === 0 && !isObject(schema.additionalProperties)) {
    return (
      <Submitted {...props}>
        <Text c="dimmed">{editors.noFields}</Text>
        {props.children}
      </Submitted>
    );
  }
  return (
    <Caught key={JSON.stringify(schema)} fallback={<AsJson {...props} reason={editors.noForm.failed} />}>
      <Suspense fallback={<Waiting />}>
        <Fields {...props} ui={drawing.ui} />
      </Suspense>
    </Caught>
  );
}

function AsJson(props: SchemaFormProps & { reason: string }) {
  const { value, onChange, reason, children, problem } = props;
  const [text, setText] = useState(() => JSON.stringify(value, undefined, 2));
  const [error, setError] = useState<string>();
  const write = (written: string) => {
    setText(written);
    const read = readObject(written);
    setError(read.error);
    if (read.value) onChange(read.value);
  };
  const faults = [error, problem && `${problem.field}: ${problem.message}`].filter(Boolean);
  return (
    <Submitted {...props} invalid={error !== undefined}>
      <Alert variant="light">{reason}</Alert>
      <Code label={editors.json} value={text} onChange={write} error={faults.join(' ') || undefined} />
      {children}
    </Submitted>
  );
}

/** A form around what has no fields to check; a part of another form where nobody waits for its values. */
function Submitted(props: {
  value: Values;
  onSubmit?: (value: Values) => void;
  invalid?: boolean;
  children: ReactNode;
}) {
  const { value, onSubmit, invalid, children } = props;
  if (!onSubmit) return <Stack>{children}</Stack>;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!invalid) onSubmit(value);
  };
  return (
    <form onSubmit={submit}>
      <Stack>{children}</Stack>
    </form>
  );
}

/** What is drawn of a foreign schema may fail; the page around it does not. */
class Caught extends Component<{ fallback: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? this.props.fallback : this.props.children;
  }
}
