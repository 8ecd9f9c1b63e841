import type { Schema } from '#api/client';
import type { Permission } from '#api/session';
import { tokens } from '#texts/tokens';
import { localTime } from '../timeframe';

/** In seconds. */
const LIVES = {
  '1h': 3_600,
  '4h': 4 * 3_600,
  '1d': 86_400,
  '4d': 4 * 86_400,
  '10d': 10 * 86_400,
  '30d': 30 * 86_400,
} as const;

export type Expiry = keyof typeof LIVES | 'never' | 'date';
export type Reach = 'all' | 'chosen' | 'none';

/** A token as the form has it. */
export interface TokenValues {
  name: string;
  description: string;
  /** `account`, or the id of a user. */
  owner: string;
  expiry: Expiry;
  /** Of a `datetime-local` input: the time of this place, without an offset. */
  date: string;
  purge: boolean;
  servers: Reach;
  chosenServers: string[];
  tools: Reach;
  chosenTools: string[];
  readOnly: boolean;
  networks: string[];
  permissions: Permission[];
  allowInUrl: boolean;
}

export function newToken(owner: string, server?: string): TokenValues {
  return {
    name: '',
    description: '',
    owner,
    expiry: '30d',
    date: '',
    purge: false,
    servers: server ? 'chosen' : 'all',
    chosenServers: server ? [server] : [],
    tools: 'all',
    chosenTools: [],
    readOnly: false,
    networks: [],
    permissions: [],
    allowInUrl: false,
  };
}

export function valuesOf(token: Schema<'Token'>): TokenValues {
  const { servers, tools, read_only } = token.scope;
  return {
    name: token.name,
    description: token.description ?? '',
    owner: token.user_id ?? 'account',
    expiry: token.expires_at ? 'date' : 'never',
    date: token.expires_at ? localTime(new Date(token.expires_at)) : '',
    purge: token.purge ?? false,
    servers: reach(servers),
    chosenServers: servers === 'all' ? [] : servers.only,
    tools: tools === 'all' ? 'all' : 'chosen',
    chosenTools: tools === 'all' ? [] : tools.only,
    readOnly: read_only,
    networks: token.networks ?? [],
    permissions: token.permissions ?? [],
    allowInUrl: token.allow_in_url ?? false,
  };
}

/** What the API is sent for all but the owner. */
export function settingsOf(values: TokenValues, now: Date) {
  const never = values.expiry === 'never';
  return {
    name: values.name.trim(),
    description: values.description.trim(),
    expires_at: never ? null : expiresAt(values, now).toISOString(),
    purge: values.purge && !never,
    scope: {
      servers: names(values.servers, values.chosenServers),
      tools: values.servers === 'none' ? ('all' as const) : names(values.tools, values.chosenTools),
      read_only: values.readOnly,
    },
    networks: values.networks,
    permissions: values.permissions,
    allow_in_url: values.allowInUrl,
  };
}

/** What is wrong, by the field. */
export function faultsOf(values: TokenValues, now: Date): Partial<Record<keyof TokenValues, string>> {
  const faults: Partial<Record<keyof TokenValues, string>> = {};
  if (!values.name.trim()) faults.name = tokens.nameNeeded;
  if (values.expiry === 'date' && !(expiresAt(values, now) > now)) faults.date = tokens.dateNeeded;
  if (values.servers === 'chosen' && values.chosenServers.length === 0)
    faults.chosenServers = tokens.chosenNeeded;
  if (values.tools === 'chosen' && values.chosenTools.length === 0) faults.chosenTools = tokens.chosenNeeded;
  if (values.allowInUrl && values.permissions.length > 0) faults.allowInUrl = tokens.allowInUrlConflict;
  return faults;
}

function expiresAt({ expiry, date }: TokenValues, now: Date): Date {
  if (expiry === 'date' || expiry === 'never') return new Date(date);
  return new Date(now.getTime() + LIVES[expiry] * 1000);
}

function reach(names: Schema<'Names'>): Reach {
  if (names === 'all') return 'all';
  return names.only.length === 0 ? 'none' : 'chosen';
}

function names(reach: Reach, chosen: string[]): Schema<'Names'> {
  if (reach === 'all') return 'all';
  return { only: reach === 'none' ? [] : chosen };
}
