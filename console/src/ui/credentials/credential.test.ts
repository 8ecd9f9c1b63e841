import { describe, expect, it } from 'vitest';
import type { AuthWay } from '../apps/ways';
import { credentialOf, presetsOf, wayCredentialOf } from './credential';

function form(values: [string, string][]): FormData {
  const data = new FormData();
  for (const [name, value] of values) data.append(name, value);
  return data;
}

const oauth: AuthWay = {
  name: 'oauth',
  title: 'Sign in',
  fields: [],
  method: {
    oauth2: {
      authorization_parameters: {},
      authorization_url: 'https://a.example/authorize',
      client_auth: 'basic',
      pkce: true,
      refresh: 'keeps',
      scope_parameter: 'scope',
      scope_separator: ' ',
      scopes: [],
      token_answer: '',
      token_parameters: {},
      token_request: 'form',
      token_url: 'https://a.example/token',
    },
  },
};
const token: AuthWay = { name: 'token', title: 'Bot token', fields: [], method: 'bearer' };

describe('presetsOf', () => {
  it('has what the description asks for', () => {
    const presets = presetsOf({
      credential_slots: [
        { name: 'key', kind: { api_key: { name: 'X-Key', place: 'header' } } },
        { name: 'whole', kind: { api_key: { name: 'q', place: 'query_string' } } },
        { name: 'mtls', kind: 'mutual_tls' },
        {
          name: 'flow',
          kind: { o_auth2: { flows: ['client_credentials'], scopes: [], token_url: 'https://a.example/t' } },
        },
      ],
    });
    expect(presets.map(({ id, kind }) => [id, kind])).toEqual([
      ['slot:key', 'api_key'],
      ['flow:flow', 'oauth2_client_credentials'],
      ['slot:flow', 'bearer'],
    ]);
    expect(presets[0]).toMatchObject({ name: 'X-Key', place: 'header' });
    expect(presets[1]).toMatchObject({ tokenUrl: 'https://a.example/t' });
  });

  it('has the ways of a definition, less those in which somebody signs in', () => {
    const presets = presetsOf({
      credential_slots: [{ name: 'token', kind: 'bearer' }],
      definition: { auth: [oauth, token], base_url: '', categories: [], description: '', homepage: '' },
    });
    expect(presets).toEqual([{ id: 'way:token', title: 'Bot token', kind: 'bearer' }]);
  });
});

describe('credentialOf', () => {
  it('puts the prefix before a key and keeps spaces of secrets', () => {
    const preset = { id: 'x', title: '', kind: 'api_key', prefix: 'Key ' } as const;
    const values = form([
      ['key_name', ' X-Key '],
      ['place', 'query'],
      ['value', 's e '],
    ]);
    expect(credentialOf(preset, values)).toEqual({
      kind: 'api_key',
      name: 'X-Key',
      place: 'query',
      value: 'Key s e ',
    });
  });

  it('reads headers in pairs and leaves out those without a name', () => {
    const values = form([
      ['header_name', 'X-A'],
      ['header_value', '1'],
      ['header_name', ''],
      ['header_value', '2'],
      ['header_name', 'X-B'],
      ['header_value', '3'],
    ]);
    expect(credentialOf({ id: 'x', title: '', kind: 'headers' }, values)).toEqual({
      kind: 'headers',
      headers: [
        { name: 'X-A', value: '1' },
        { name: 'X-B', value: '3' },
      ],
    });
  });
});

describe('wayCredentialOf', () => {
  it('has what was entered, and the fields that are asked alone', () => {
    const way: AuthWay = {
      ...token,
      fields: [
        { name: 'site', title: 'Site', format: 'label', secret: false, source: 'asked', under: [] },
        { name: 'org', title: 'Org', format: 'text', secret: false, source: 'asked', under: [] },
        {
          name: 'instance',
          title: 'Instance',
          format: 'origin',
          secret: false,
          source: { token_answer: 'instance_url' },
          under: [],
        },
      ],
    };
    const values = form([
      ['token', 'abc'],
      ['field:site', 'acme'],
      ['field:org', ''],
      ['field:instance', 'ignored'],
    ]);
    expect(wayCredentialOf(way, values)).toEqual({ name: 'token', token: 'abc', fields: { site: 'acme' } });
  });
});
