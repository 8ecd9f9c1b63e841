import type { Schema } from '#api/client';
import { requests } from '#texts/requests';
import { StateBadge } from '../stateBadge';

const COLORS = { ok: 'teal', tool_error: 'orange', error: 'red' } as const;

export function Outcome({ outcome }: { outcome: Schema<'RecordOutcome'> }) {
  return <StateBadge color={COLORS[outcome]}>{requests.outcomes[outcome]}</StateBadge>;
}
