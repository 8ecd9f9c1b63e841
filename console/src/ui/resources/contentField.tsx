import { FileInput, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Schema } from '#api/client';
import { resources as texts } from '#texts/prompts';
import { Code } from '../code';
import { bytes } from '../figures';
import { FileBlock } from '../testing/block';
import { base64Of, CONTENT_MAX } from './content';

type Content = Schema<'ResourceContent'>;

interface ContentFieldProps {
  content: Content;
  type: string | undefined;
  onContent: (content: Content, type?: string) => void;
  error: string | undefined;
  readOnly: boolean;
}

/** What a resource holds: a text that is written here, or a file. */
export function ContentField({ content, type, onContent, error, readOnly }: ContentFieldProps) {
  const [tooLarge, setTooLarge] = useState<string>();
  const isText = 'text' in content;
  const take = async (file: File | null) => {
    if (!file) return;
    const large = file.size > CONTENT_MAX;
    setTooLarge(large ? texts.tooLarge(bytes(file.size)) : undefined);
    if (!large) onContent({ base64: await base64Of(file) }, file.type || undefined);
  };
  return (
    <Stack gap="xs">
      <Text fw={600} size="sm">
        {texts.content}
      </Text>
      <SegmentedControl
        aria-label={texts.contentKind}
        disabled={readOnly}
        data={(['text', 'file'] as const).map((value) => ({ value, label: texts.contentKinds[value] }))}
        value={isText ? 'text' : 'file'}
        onChange={(kind) => onContent(kind === 'text' ? { text: '' } : { base64: '' })}
      />
      {isText ? (
        <Code
          label={texts.text}
          language={type?.endsWith('json') ? 'json' : 'text'}
          value={content.text}
          onChange={(text) => onContent({ text })}
          readOnly={readOnly}
          error={error}
          minHeight="200px"
        />
      ) : (
        <>
          <FileInput
            label={texts.file}
            description={texts.fileHint}
            placeholder={content.base64 ? texts.replace : undefined}
            disabled={readOnly}
            error={tooLarge ?? error}
            onChange={take}
          />
          {content.base64 && (
            <FileBlock
              title={texts.content}
              type={type ?? 'application/octet-stream'}
              data={content.base64}
            />
          )}
        </>
      )}
    </Stack>
  );
}
