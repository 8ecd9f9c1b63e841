import { Box, Group, Tooltip } from '@mantine/core';
import type { Schema } from '#api/client';
import { tools as texts } from '#texts/tools';
import { StateBadge } from '../stateBadge';
import type { ToolRow } from './rows';

/** What kind of tool it is, and how it differs from its action and from what is published. */
export function Marks({ row: { tool, offered, change } }: { row: ToolRow }) {
  const adjusted = Object.keys(tool.settings);
  return (
    <Group gap={4}>
      {offered && <Safety offered={offered} />}
      {change && <Mark color="blue" text={texts.change[change]} hint={texts.changeHint[change]} />}
      {adjusted.length > 0 && <Mark color="gray" text={texts.adjusted} hint={texts.adjustedHint(adjusted)} />}
    </Group>
  );
}

/** Whether it reads, writes, or may destroy. */
export function Safety({ offered }: { offered: Schema<'OfferedTool'> }) {
  if (offered.safe) return <Mark color="teal" text={texts.safe} hint={texts.safeHint} />;
  if (!offered.annotations.destructive) {
    return <Mark color="orange" text={texts.writes} hint={texts.writesHint} />;
  }
  return <Mark color="red" text={texts.destructive} hint={`${texts.writesHint} ${texts.destructiveHint}`} />;
}

function Mark({ color, text, hint }: { color: string; text: string; hint: string }) {
  return (
    <Tooltip label={hint} multiline maw={320}>
      <Box>
        <StateBadge color={color}>{text}</StateBadge>
      </Box>
    </Tooltip>
  );
}
