import { json, jsonParseLinter } from '@codemirror/lang-json';
import { linter } from '@codemirror/lint';
import { useComputedColorScheme } from '@mantine/core';
import CodeMirror, { EditorView } from '@uiw/react-codemirror';
import { useMemo } from 'react';
import { nonce } from '../csp';
import classes from './codeEditor.module.css';

interface EditorProps {
  label: string;
  value: string;
  onChange?: (value: string) => void;
  language?: 'json' | 'text';
  readOnly?: boolean;
  minHeight: string;
  maxHeight: string;
  invalid: boolean;
  describedBy?: string;
}

const parsed = jsonParseLinter();
// An empty text is not yet wrong.
const jsonLinter = linter((view) => (view.state.doc.length === 0 ? [] : parsed(view)));

/** The part of `Code` that is loaded when it is first shown. */
export default function CodeEditor(props: EditorProps) {
  const {
    label,
    value,
    onChange,
    language = 'json',
    readOnly,
    minHeight,
    maxHeight,
    invalid,
    describedBy,
  } = props;
  const scheme = useComputedColorScheme('light');
  const extensions = useMemo(() => {
    const attributes: Record<string, string> = { 'aria-label': label };
    if (readOnly) {
      attributes['aria-readonly'] = 'true';
      // What scrolls has to be reached by keyboard.
      attributes.tabindex = '0';
    }
    if (invalid) attributes['aria-invalid'] = 'true';
    if (describedBy) attributes['aria-describedby'] = describedBy;
    const all = [
      EditorView.cspNonce.of(nonce),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of(attributes),
    ];
    if (language === 'json') all.push(json().extension);
    return language === 'json' && !readOnly ? [...all, jsonLinter] : all;
  }, [label, language, readOnly, invalid, describedBy]);
  return (
    <CodeMirror
      className={classes.frame}
      data-invalid={invalid || undefined}
      value={value}
      onChange={onChange}
      readOnly={readOnly}
      theme={scheme}
      minHeight={minHeight}
      maxHeight={maxHeight}
      extensions={extensions}
      // Tab goes on to the next control: an editor is no trap for who works by keyboard.
      indentWithTab={false}
      basicSetup={{
        highlightActiveLine: !readOnly,
        highlightActiveLineGutter: !readOnly,
        autocompletion: false,
      }}
    />
  );
}
