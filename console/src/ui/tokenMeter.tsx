import { Group, Progress, Text, Tooltip } from '@mantine/core';
import { common } from '#texts/common';
import { bytes } from './figures';

interface TokenMeterProps {
  /** Of the list that a model reads whole, four bytes a token. */
  tokens: number;
  listBytes?: number;
  /** Above it nothing is published. */
  budget?: number | null;
  /** Above it publishing warns. */
  warning?: number | null;
  label: string;
}

/** How much of a model's context a tool list takes, against its budget. */
export function TokenMeter({ tokens, listBytes, budget, warning, label }: TokenMeterProps) {
  const limit = budget ?? warning ?? undefined;
  const over = budget != null && tokens > budget;
  const warned = warning != null && tokens > warning;
  const color = over ? 'red' : warned ? 'yellow' : 'teal';
  const text = limit ? `${common.tokens(tokens)} / ${limit.toLocaleString('en')}` : common.tokens(tokens);
  return (
    <Tooltip label={listBytes === undefined ? text : `${text}, ${bytes(listBytes)}`}>
      <Group gap="xs" wrap="nowrap">
        {limit && (
          <Progress.Root size="lg" w={120}>
            <Progress.Section
              value={Math.min(100, (tokens / limit) * 100)}
              color={color}
              aria-label={label}
              aria-valuetext={text}
            />
          </Progress.Root>
        )}
        <Text
          span
          size="sm"
          fw={over ? 700 : undefined}
          c={over ? 'red' : undefined}
          aria-label={limit ? undefined : label}
        >
          {text}
        </Text>
      </Group>
    </Tooltip>
  );
}
