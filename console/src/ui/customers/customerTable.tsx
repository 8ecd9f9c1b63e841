import { Group, Text } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { Schema } from '#api/client';
import { customers as texts } from '#texts/customers';
import { When } from '../figures';
import { StateBadge } from '../stateBadge';
import { type Column, Table } from '../table';

type Customer = Schema<'Customer'>;

interface CustomerTableProps {
  customers: Customer[];
  more: boolean;
  onEnd: () => void;
}

export function CustomerTable({ customers, more, onEnd }: CustomerTableProps) {
  const navigate = useNavigate();
  return (
    <Table
      label={texts.title}
      columns={COLUMNS}
      rows={customers}
      rowKey={({ id }) => id}
      rowHeight={54}
      more={more}
      onEnd={onEnd}
      onOpen={({ id }) => void navigate({ to: '/customers/$customer', params: { customer: id } })}
      narrow={(customer) => (
        <Group justify="space-between" wrap="nowrap">
          <Name customer={customer} />
          <State customer={customer} />
        </Group>
      )}
    />
  );
}

const COLUMNS: Column<Customer>[] = [
  {
    key: 'customer',
    title: texts.customer,
    width: 'minmax(0, 3fr)',
    cell: (customer) => <Name customer={customer} />,
  },
  { key: 'state', title: texts.state, width: '140px', cell: (customer) => <State customer={customer} /> },
  {
    key: 'created',
    title: texts.created,
    width: '140px',
    cell: ({ created_at }) => <When at={created_at} size="sm" />,
  },
  {
    key: 'changed',
    title: texts.changed,
    width: '140px',
    above: 720,
    cell: ({ updated_at }) => <When at={updated_at} size="sm" />,
  },
];

function Name({ customer: { name, key } }: { customer: Customer }) {
  return (
    <div style={{ minWidth: 0 }}>
      <Text fw={600} className="ellipsis" title={name || key}>
        {name || key}
      </Text>
      {name && (
        <Text size="xs" c="dimmed" className="mono ellipsis" title={key}>
          {key}
        </Text>
      )}
    </div>
  );
}

function State({ customer }: { customer: Customer }) {
  return (
    <StateBadge color={customer.disabled ? 'red' : 'teal'}>
      {customer.disabled ? texts.disabled : texts.active}
    </StateBadge>
  );
}
