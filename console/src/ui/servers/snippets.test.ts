import { describe, expect, it } from 'vitest';
import { filled } from './snippets';

const TOKEN = 'gwt_a-b_c';
const config = { url: 'https://gw.example/mcp/a/b', headers: { Authorization: 'Bearer YOUR_TOKEN' } };
const snippet = { client: 'x', title: 'X', form: 'command', text: 'run YOUR_TOKEN' } as const;

describe('filled', () => {
  it('leaves the placeholder while there is no token', () => {
    expect(filled(snippet, undefined)).toEqual({ text: 'run YOUR_TOKEN', link: undefined });
  });
  it('puts the token in, and JSON in lines', () => {
    const { text } = filled({ ...snippet, form: 'json', text: JSON.stringify(config) }, TOKEN);
    expect(JSON.parse(text)).toEqual({ ...config, headers: { Authorization: `Bearer ${TOKEN}` } });
    expect(text).toContain('\n  "url"');
  });
  it('puts the token into what an install link has in base64', () => {
    const encoded = encodeURIComponent(btoa(JSON.stringify(config)));
    const link = `cursor://anysphere.cursor-deeplink/mcp/install?name=b&config=${encoded}`;
    const made = new URL(filled({ ...snippet, link }, TOKEN).link ?? '');
    expect(JSON.parse(atob(made.searchParams.get('config') ?? ''))).toMatchObject({
      headers: { Authorization: `Bearer ${TOKEN}` },
    });
    expect(made.searchParams.get('name')).toBe('b');
  });
  it('puts the token into what an install link has percent-encoded', () => {
    const link = `vscode:mcp/install?${encodeURIComponent(JSON.stringify(config)).replaceAll('_', '%5F')}`;
    const made = filled({ ...snippet, link }, TOKEN).link ?? '';
    expect(JSON.parse(decodeURIComponent(made.split('?')[1] ?? ''))).toMatchObject({
      headers: { Authorization: `Bearer ${TOKEN}` },
    });
  });
  it('makes no link that runs something here', () => {
    expect(filled({ ...snippet, link: 'javascript:alert(1)' }, TOKEN).link).toBeUndefined();
  });
});
