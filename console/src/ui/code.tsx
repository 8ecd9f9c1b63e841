import { Box, Input } from '@mantine/core';
import { lazy, Suspense, useId } from 'react';

const Editor = lazy(() => import('./codeEditor'));

interface CodeProps {
  /** What the text is, for a screen reader; shown above it with `labelled`. */
  label: string;
  labelled?: boolean;
  value: string;
  onChange?: (value: string) => void;
  /** Of plain text there is nothing to highlight. */
  language?: 'json' | 'text';
  readOnly?: boolean;
  description?: string;
  error?: string;
  minHeight?: string;
  maxHeight?: string;
}

/** A text editor with line numbers, folding and search; its code comes when it is first shown. */
export function Code({ labelled, label, description, error, ...props }: CodeProps) {
  const id = useId();
  const { value, minHeight = '120px', maxHeight = '420px' } = props;
  const waiting = (
    <Box component="pre" className="mono" m={0} p="xs" mih={minHeight} mah={maxHeight}>
      {value.slice(0, 4000)}
    </Box>
  );
  return (
    <Box>
      {labelled && <Input.Label labelElement="div">{label}</Input.Label>}
      {description && (
        <Input.Description id={`${id}-description`} mb={4}>
          {description}
        </Input.Description>
      )}
      <Suspense fallback={waiting}>
        <Editor
          {...props}
          label={label}
          minHeight={minHeight}
          maxHeight={maxHeight}
          invalid={error !== undefined}
          describedBy={error ? `${id}-error` : description ? `${id}-description` : undefined}
        />
      </Suspense>
      {error && (
        <Input.Error id={`${id}-error`} mt={4} role="alert">
          {error}
        </Input.Error>
      )}
    </Box>
  );
}
