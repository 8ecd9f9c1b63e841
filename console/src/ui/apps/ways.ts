import type { Schema } from '#api/client';

export type AuthWay = Schema<'AuthWay'>;
export type WayKind = 'oauth2' | 'client_credentials' | 'api_key' | 'bearer' | 'basic' | 'fields';

/** How the credential of a way is got and sent. */
export function kindOf({ method }: AuthWay): WayKind {
  if (typeof method === 'string') return method;
  if ('oauth2' in method) return 'oauth2';
  if ('client_credentials' in method) return 'client_credentials';
  if ('api_key' in method) return 'api_key';
  return 'basic';
}
