import { Table, Text } from '@mantine/core';
import { audit } from '#texts/audit';
import { changesOf } from './changes';

/** Before and after, value by value. */
export function ChangeTable({ before, after }: { before: unknown; after: unknown }) {
  if (before === undefined && after === undefined) return <Text c="dimmed">{audit.nothing}</Text>;
  const changes = changesOf(before, after);
  if (changes.length === 0) return <Text c="dimmed">{audit.same}</Text>;
  return (
    <Table layout="fixed" withTableBorder verticalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w="34%">{audit.member}</Table.Th>
          <Table.Th>{audit.before}</Table.Th>
          <Table.Th>{audit.after}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {changes.map((change) => (
          <Table.Tr key={change.path}>
            <Table.Td className="mono" style={{ overflowWrap: 'anywhere' }}>
              {change.path}
            </Table.Td>
            <Value text={change.before} sign="−" color="red" />
            <Value text={change.after} sign="+" color="teal" />
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface ValueProps {
  text: string | undefined;
  /** Says what the color says. */
  sign: string;
  color: string;
}

function Value({ text, sign, color }: ValueProps) {
  if (text === undefined) {
    return (
      <Table.Td>
        <Text size="sm" c="dimmed">
          {audit.absent}
        </Text>
      </Table.Td>
    );
  }
  return (
    <Table.Td
      className="mono"
      style={{ overflowWrap: 'anywhere', background: `var(--mantine-color-${color}-light)` }}
    >
      {sign} {text}
    </Table.Td>
  );
}
