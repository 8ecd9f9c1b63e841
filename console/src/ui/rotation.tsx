import { Button, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Answers } from './answers';
import { ProblemNote } from './states';

interface RotationProps {
  texts: { rotateText: string; overlap: string; overlaps: Record<string, string>; rotate: string };
  pending: boolean;
  error: unknown;
  onCancel: () => void;
  /** Told for how many seconds both hold. */
  onRotate: (overlapSeconds: number) => void;
}

/** Asks for how long the old secret goes on beside the new one. */
export function Rotation({ texts, pending, error, onCancel, onRotate }: RotationProps) {
  const [overlap, setOverlap] = useState('86400');
  return (
    <Stack>
      <Text size="sm">{texts.rotateText}</Text>
      <Select
        allowDeselect={false}
        label={texts.overlap}
        data={Object.entries(texts.overlaps).map(([value, label]) => ({ value, label }))}
        value={overlap}
        onChange={(chosen) => chosen && setOverlap(chosen)}
      />
      {error ? <ProblemNote error={error} /> : null}
      <Answers onCancel={onCancel}>
        <Button loading={pending} onClick={() => onRotate(Number(overlap))}>
          {texts.rotate}
        </Button>
      </Answers>
    </Stack>
  );
}
