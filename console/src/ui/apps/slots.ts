import type { Schema } from '#api/client';
import { slots as texts } from '#texts/credentials';

type Slot = Schema<'CredentialSlot'>;

/** What kind of credential a description asks for, in words. */
export function slotTitle({ name, kind }: Slot): string {
  return `${kindTitle(kind)} (${name})`;
}

function kindTitle(kind: Slot['kind']): string {
  if (typeof kind === 'string') return texts[kind];
  if ('api_key' in kind) return texts.api_key(kind.api_key.name, kind.api_key.place);
  if ('http' in kind) return texts.http(kind.http.scheme);
  if ('o_auth2' in kind) return texts.oauth2;
  return texts.openIdConnect;
}
