import type { Schema } from '#api/client';
import { credentials as texts } from '#texts/credentials';
import { type AuthWay, kindOf } from '../apps/ways';

export type NewCredential = Schema<'NewCredential'>;
export type CredentialKind = NewCredential['kind'];

/** A form of credential, as far as an app says what it wants. */
export interface Preset {
  /** Names it in the form. */
  id: string;
  title: string;
  kind: CredentialKind;
  help?: string;
  /** Of an API key: where it goes, and what stands before it. */
  name?: string;
  place?: Schema<'KeyPlace'>;
  prefix?: string;
  tokenUrl?: string;
  authStyle?: Schema<'ClientAuthStyle'>;
}

export const KINDS: readonly CredentialKind[] = [
  'api_key',
  'bearer',
  'basic',
  'headers',
  'oauth2_client_credentials',
];

/** What the account can keep for an app by itself: nothing where a person has to sign in. */
export function presetsOf(app: Pick<Schema<'App'>, 'credential_slots' | 'definition'>): Preset[] {
  // The slots of a definition are made of its ways, and say less.
  if (app.definition) return app.definition.auth.flatMap(presetOfWay);
  return app.credential_slots.flatMap(presetOfSlot);
}

/** Each kind without any presets, for what no app has described. */
export function plainPresets(): Preset[] {
  return KINDS.map((kind) => ({ id: `kind:${kind}`, title: texts.kinds[kind], kind }));
}

function presetOfSlot({ name, kind, description }: Schema<'CredentialSlot'>): Preset[] {
  const base = { id: `slot:${name}`, help: description ?? undefined };
  const titled = (title: string) => `${title} (${name})`;
  if (kind === 'basic' || kind === 'bearer') {
    return [{ ...base, kind, title: titled(texts.kinds[kind]) }];
  }
  if (typeof kind === 'string') return [];
  if ('api_key' in kind) {
    const { place } = kind.api_key;
    if (place !== 'header' && place !== 'query' && place !== 'cookie') return [];
    return [{ ...base, kind: 'api_key', title: titled(texts.kinds.api_key), place, name: kind.api_key.name }];
  }
  if ('o_auth2' in kind) {
    const { flows, token_url } = kind.o_auth2;
    const machine = flows.some((flow) => /client_?credentials|application/i.test(flow));
    const bearer: Preset = { ...base, kind: 'bearer', title: titled(texts.oauthToken) };
    if (!machine) return [bearer];
    const title = titled(texts.kinds.oauth2_client_credentials);
    const tokenUrl = token_url ?? undefined;
    return [{ ...base, id: `flow:${name}`, kind: 'oauth2_client_credentials', title, tokenUrl }, bearer];
  }
  if ('http' in kind) {
    return [{ ...base, kind: 'headers', title: titled(`HTTP ${kind.http.scheme}`), name: 'Authorization' }];
  }
  return [];
}

function presetOfWay(way: AuthWay): Preset[] {
  const base = { id: `way:${way.name}`, title: way.title, help: way.help ?? undefined };
  const { method } = way;
  if (method === 'bearer') return [{ ...base, kind: 'bearer' }];
  if (typeof method === 'string' || 'oauth2' in method) return [];
  if ('api_key' in method) {
    const { name, place, prefix } = method.api_key;
    return [{ ...base, kind: 'api_key', name, place, prefix: prefix || undefined }];
  }
  if ('client_credentials' in method) {
    const { token_url: tokenUrl, client_auth: authStyle } = method.client_credentials;
    return [{ ...base, kind: 'oauth2_client_credentials', tokenUrl, authStyle }];
  }
  return [{ ...base, kind: 'basic' }];
}

/** The credential that a form of that kind holds. */
export function credentialOf({ kind, prefix = '' }: Preset, form: FormData): NewCredential {
  const text = (name: string) => String(form.get(name) ?? '').trim();
  const secret = (name: string) => String(form.get(name) ?? '');
  switch (kind) {
    case 'api_key': {
      const place = text('place');
      return {
        kind,
        name: text('key_name'),
        place: place === 'query' || place === 'cookie' ? place : 'header',
        value: prefix + secret('value'),
      };
    }
    case 'bearer':
      return { kind, token: secret('token') };
    case 'basic':
      return { kind, username: secret('username'), password: secret('password') || undefined };
    case 'headers': {
      const values = form.getAll('header_value').map(String);
      const headers = form
        .getAll('header_name')
        .map((name, index) => ({ name: String(name).trim(), value: values[index] ?? '' }))
        .filter(({ name }) => name !== '');
      return { kind, headers };
    }
    case 'oauth2_client_credentials':
      return {
        kind,
        token_url: text('token_url'),
        client_id: text('client_id'),
        client_secret: secret('client_secret'),
        auth_style: text('auth_style') === 'post' ? 'post' : 'basic',
        scope: text('scope') || undefined,
        audience: text('audience') || undefined,
      };
  }
}

/** The credential of a way that a form holds; what was left empty is not in it. */
export function wayCredentialOf(way: AuthWay, form: FormData): Schema<'NewWayCredential'> {
  const secret = (name: string) => String(form.get(name) ?? '') || undefined;
  const fields: Record<string, string> = {};
  for (const field of askedFields(way)) {
    const value = secret(`field:${field.name}`);
    if (value !== undefined) fields[field.name] = value;
  }
  const base = { name: way.name, fields };
  switch (kindOf(way)) {
    case 'api_key':
      return { ...base, key: secret('key') };
    case 'bearer':
      return { ...base, token: secret('token') };
    case 'basic':
      return { ...base, username: secret('username'), password: secret('password') };
    case 'client_credentials':
      return { ...base, client_id: secret('client_id'), client_secret: secret('client_secret') };
    case 'oauth2':
      return { ...base, access_token: secret('access_token'), refresh_token: secret('refresh_token') };
    case 'fields':
      return base;
  }
}

/** The fields of a way that somebody has to enter. */
export function askedFields(way: AuthWay): Schema<'ConnectionField'>[] {
  return (way.fields ?? []).filter(({ source }) => source === undefined || source === 'asked');
}
