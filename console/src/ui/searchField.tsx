import { TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';

/** Milliseconds without a key, after which the words are looked for. */
const PAUSE = 250;

interface SearchFieldProps extends Omit<TextInputProps, 'value' | 'onChange' | 'type'> {
  label: string;
  /** The words that are looked for, as the URL has them. */
  value: string | undefined;
  onChange: (words: string | undefined) => void;
}

/** Takes words, and says them once whoever types them pauses. */
export function SearchField({ label, value, onChange, ...props }: SearchFieldProps) {
  const [words, setWords] = useState(value ?? '');
  const said = useRef(value);
  const say = useDebouncedCallback((next: string) => {
    said.current = next.trim() || undefined;
    onChange(said.current);
  }, PAUSE);
  useEffect(() => {
    // Words that came from elsewhere, such as a link; one's own may be further on already.
    if (value !== said.current) {
      said.current = value;
      setWords(value ?? '');
    }
  }, [value]);
  return (
    <TextInput
      type="search"
      leftSection={<IconSearch size={16} aria-hidden />}
      aria-label={label}
      placeholder={label}
      maxLength={200}
      {...props}
      value={words}
      onChange={(event) => {
        setWords(event.currentTarget.value);
        say(event.currentTarget.value);
      }}
    />
  );
}
