import type { Schema } from '#api/client';
import { connections } from '#texts/connections';
import { credentials } from '#texts/credentials';

/** What may be seen of a secret, in one line. */
export function credentialText(credential: Schema<'ConnectionSummary'> | undefined): string {
  if (!credential) return connections.statuses.unreadable;
  const { kind, names = [], client_id: clientId, ends_with: end } = credential;
  return [[credentials.kinds[kind], ...names].join(' '), clientId, end && connections.endsWith(end)]
    .filter(Boolean)
    .join(', ');
}
