import type { Schema } from '#api/client';

type Detail = Schema<'VersionDetail'>;
/** Of which settings nothing is known but that they are the same or not. */
export type Tool = Omit<Detail['tools'][number], 'settings'> & { settings: object };
export type Version = Omit<Detail, 'tools'> & { tools: Tool[] };

export interface VersionChanges {
  added: string[];
  removed: string[];
  /** With the members that differ. */
  changed: { name: string; parts: string[] }[];
  /** Texts and switches of the server. */
  settings: { field: string; before: string; after: string }[];
  prompts: NameChanges;
  resources: NameChanges;
  resource_templates: NameChanges;
}

interface NameChanges {
  added: string[];
  removed: string[];
}

const TEXTS = ['title', 'description', 'instructions', 'keeps_results'] as const;

/** What one version changed of another. */
export function compareVersions(before: Version, after: Version): VersionChanges {
  const old = new Map(before.tools.map((tool) => [tool.name, tool]));
  const changed = after.tools.flatMap((tool) => {
    const other = old.get(tool.name);
    const parts = other ? differing(other, tool) : [];
    return parts.length > 0 ? [{ name: tool.name, parts }] : [];
  });
  const names = (version: Version) => version.tools.map((tool) => tool.name);
  return {
    ...changesOf(names(before), names(after)),
    changed,
    settings: TEXTS.flatMap((field) => {
      const [one, other] = [String(before[field] ?? ''), String(after[field] ?? '')];
      return one === other ? [] : [{ field, before: one, after: other }];
    }),
    prompts: changesOf(before.prompts, after.prompts),
    resources: changesOf(before.resources, after.resources),
    resource_templates: changesOf(before.resource_templates, after.resource_templates),
  };
}

/** Whether there is any. */
export function anyChange({ changed, settings, ...names }: VersionChanges): boolean {
  const { prompts, resources, resource_templates, added, removed } = names;
  const lists = [changed, settings, added, removed];
  for (const each of [prompts, resources, resource_templates]) lists.push(each.added, each.removed);
  return lists.some((list) => list.length > 0);
}

function changesOf(before: string[] = [], after: string[] = []): NameChanges {
  return {
    added: after.filter((name) => !before.includes(name)),
    removed: before.filter((name) => !after.includes(name)),
  };
}

function differing(one: Tool, other: Tool): string[] {
  const { settings: before, ...rest } = one;
  const { settings: after, ...otherRest } = other;
  return [...differingKeys(rest, otherRest), ...differingKeys(before, after).map((key) => `settings.${key}`)];
}

function differingKeys(one: object, other: object): string[] {
  const [left, right] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  const keys = new Set([...left.keys(), ...right.keys()]);
  return [...keys].filter((key) => JSON.stringify(left.get(key)) !== JSON.stringify(right.get(key)));
}
