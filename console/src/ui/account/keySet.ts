import type { Schema } from '#api/client';

type KeySet = NonNullable<Schema<'NewIssuer'>['jwks']>;

/** A JSON object, such as a key set; whether its keys are good, the API says. */
export function readKeySet(text: string): KeySet | undefined {
  try {
    const read: unknown = JSON.parse(text);
    return isObject(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

// The types that are made of the API's description know of no object with members of any name.
function isObject(value: unknown): value is KeySet {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
