import { Badge } from '@mantine/core';
import type { Schema } from '#api/client';
import { requests } from '#texts/requests';

const COLORS = { ok: 'teal', tool_error: 'orange', error: 'red' } as const;

export function Outcome({ outcome }: { outcome: Schema<'RecordOutcome'> }) {
  return (
    <Badge variant="light" color={COLORS[outcome]} size="sm" autoContrast>
      {requests.outcomes[outcome]}
    </Badge>
  );
}
