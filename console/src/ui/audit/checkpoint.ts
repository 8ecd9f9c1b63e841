import type { Schema } from '#api/client';

/** Reads a checkpoint from the file that `get_audit_checkpoint` gave; whether it is genuine, the API says. */
export function readCheckpoint(text: string): Schema<'AuditCheckpoint'> | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isCheckpoint(read) ? read : undefined;
}

function isCheckpoint(value: unknown): value is Schema<'AuditCheckpoint'> {
  if (typeof value !== 'object' || value === null) return false;
  const members = new Map(Object.entries(value));
  const all = (type: string, names: string[]) => names.every((name) => typeof members.get(name) === type);
  return all('string', ['chain', 'hash', 'public_key', 'signature']) && all('number', ['at_ms', 'seq']);
}
