import { describe, expect, it } from 'vitest';
import { anyChange, compareVersions, type Tool, type Version } from './compareVersions';

const tool = (name: string, more: Partial<Tool> = {}): Tool => ({
  name,
  description: name,
  app: 'app_1',
  action: name,
  safe: true,
  settings: {},
  ...more,
});

const version = (tools: Tool[], more: Partial<Version> = {}): Version => ({
  version: 1,
  note: '',
  published_at: '2026-01-01T00:00:00Z',
  published_by: 'operator',
  tool_count: tools.length,
  keeps_results: false,
  prompts: [],
  resources: [],
  resource_templates: [],
  tools,
  ...more,
});

describe('compareVersions', () => {
  it('finds nothing between equals, whatever their notes', () => {
    const changes = compareVersions(version([tool('a')]), version([tool('a')], { version: 2, note: 'x' }));
    expect(anyChange(changes)).toBe(false);
  });
  it('tells new, gone and changed tools apart, with the parts that differ', () => {
    const before = version([tool('a'), tool('b'), tool('c', { settings: { timeout_ms: 1 } })]);
    const after = version([tool('a', { description: 'new' }), tool('c'), tool('d')]);
    expect(compareVersions(before, after)).toMatchObject({
      added: ['d'],
      removed: ['b'],
      changed: [
        { name: 'a', parts: ['description'] },
        { name: 'c', parts: ['settings.timeout_ms'] },
      ],
    });
  });
  it('shows texts as they were and as they are', () => {
    const changes = compareVersions(version([]), version([], { instructions: 'Be kind', prompts: ['p'] }));
    expect(changes.settings).toEqual([{ field: 'instructions', before: '', after: 'Be kind' }]);
    expect(changes.prompts).toEqual({ added: ['p'], removed: [] });
    expect(anyChange(changes)).toBe(true);
  });
});
