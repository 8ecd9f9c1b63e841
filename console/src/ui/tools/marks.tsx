import { Box, Group, Tooltip } from '@mantine/core';
import { tools as texts } from '#texts/tools';
import { StateBadge } from '../stateBadge';
import type { ToolRow } from './rows';

/** What kind of tool it is, and how it differs from its action and from what is published. */
export function Marks({ row: { tool, offered, change } }: { row: ToolRow }) {
  const adjusted = Object.keys(tool.settings);
  const destructive =
    offered !== undefined && !offered.safe && Reflect.get(offered.annotations, 'destructive');
  return (
    <Group gap={4}>
      {offered?.safe && <Mark color="teal" text={texts.safe} hint={texts.safeHint} />}
      {offered?.safe === false &&
        (destructive ? (
          <Mark color="red" text={texts.destructive} hint={`${texts.writesHint} ${texts.destructiveHint}`} />
        ) : (
          <Mark color="orange" text={texts.writes} hint={texts.writesHint} />
        ))}
      {change && <Mark color="blue" text={texts.change[change]} hint={texts.changeHint[change]} />}
      {adjusted.length > 0 && <Mark color="gray" text={texts.adjusted} hint={texts.adjustedHint(adjusted)} />}
    </Group>
  );
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
