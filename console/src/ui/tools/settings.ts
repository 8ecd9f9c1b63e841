import type { Schema } from '#api/client';
import { hasNull } from '#api/mergePatch';
import { isObject, type JsonSchema, resolve, typeOf } from '../schemaForm/schema';
import type { ServerTool } from './data';

/** The API leaves out what is as the action has it; its types say otherwise, since they name a default. */
export type Settings = Partial<Schema<'ToolSettings'>>;
export type Rule = Partial<Schema<'ArgumentRule'>>;
export type Hints = Partial<Schema<'AnnotationRules'>>;

/** What of a tool is being changed. */
export interface ToolDraft {
  name: string;
  enabled: boolean;
  connection: string | undefined;
  settings: Settings;
}

export function draftOf({ name, enabled, connection, settings }: ServerTool): ToolDraft {
  return { name, enabled, connection: connection ?? undefined, settings };
}

/** The settings with some of them changed; what is empty is left out, as if it had never been set. */
export function withSettings(settings: Settings, changes: Settings): Settings {
  return compact({ ...settings, ...changes });
}

export function withRule(settings: Settings, name: string, rule: Rule): Settings {
  const compacted = compact(rule);
  const rules: Record<string, Rule> = { ...settings.arguments };
  if (Object.keys(compacted).length === 0) delete rules[name];
  else rules[name] = compacted;
  return withSettings(settings, { arguments: rules as Settings['arguments'] });
}

function compact<Members extends object>(members: Members): Members {
  const kept = Object.entries(members).filter(
    ([name, value]) => isValue(name) || !(value == null || value === '' || value === false || isEmpty(value)),
  );
  return Object.fromEntries(kept.filter(([, value]) => value !== undefined)) as Members;
}

/** Members that hold a value of the action, or an answer to a question: `false` and `""` are ones. */
function isValue(name: string): boolean {
  return ['fixed', 'default', 'read_only', 'destructive', 'idempotent', 'open_world'].includes(name);
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** What callers have of an argument. */
export const USES = ['asIs', 'default', 'fixed', 'hidden'] as const;
export type Use = (typeof USES)[number];

export function useOf(rule: Rule): Use {
  if ('fixed' in rule) return 'fixed';
  if (rule.hidden) return 'hidden';
  return 'default' in rule ? 'default' : 'asIs';
}

/** Nobody sees the name and the description of what callers do not see: the API refuses them. */
export function withUse(rule: Rule, use: Use, value: unknown): Rule {
  const { rename, description } = rule;
  switch (use) {
    case 'asIs':
      return { rename, description };
    case 'default':
      return { rename, description, default: value };
    case 'fixed':
      return { fixed: value };
    case 'hidden':
      return { hidden: true };
  }
}

/** An argument of an action, as its schema has it, or one that only a rule names. */
export interface Argument {
  name: string;
  schema: JsonSchema;
  required: boolean;
  /** A rule is left over from an argument that the action has no more. */
  gone: boolean;
}

export function argumentsOf(input: JsonSchema, settings: Settings): Argument[] {
  const properties = isObject(input.properties) ? input.properties : {};
  const required = Array.isArray(input.required) ? input.required : [];
  const known = Object.entries(properties).map(([name, schema]) => ({
    name,
    schema: isObject(schema) ? schema : {},
    required: required.includes(name),
    gone: false,
  }));
  const left = Object.keys(settings.arguments ?? {}).filter((name) => !Object.hasOwn(properties, name));
  return [...known, ...left.map((name) => ({ name, schema: {}, required: false, gone: true }))];
}

const PATHS_MAX = 400;
const DEPTH_MAX = 8;

/** The field paths that a schema describes, in its order: objects before their members, `[]` for the items of a list. */
export function pathsOf(schema: JsonSchema): string[] {
  const paths: string[] = [];
  const walk = (at: unknown, path: string, trail: string[]) => {
    if (!isObject(at) || trail.length > DEPTH_MAX || paths.length >= PATHS_MAX) return;
    if (typeof at.$ref === 'string') {
      if (!trail.includes(at.$ref)) walk(resolve(schema, at.$ref), path, [...trail, at.$ref]);
      return;
    }
    for (const part of [at.allOf, at.anyOf, at.oneOf].filter(Array.isArray).flat()) walk(part, path, trail);
    if (typeOf(at) === 'array' || isObject(at.items)) walk(at.items, `${path}[]`, [...trail, '']);
    for (const [name, member] of Object.entries(isObject(at.properties) ? at.properties : {})) {
      const next = path === '' ? escaped(name) : `${path}.${escaped(name)}`;
      if (!paths.includes(next)) paths.push(next);
      walk(member, next, [...trail, '']);
    }
  };
  walk(schema, '', []);
  return paths;
}

function escaped(name: string): string {
  return name.replace(/[.[\]\\]/g, '\\$&');
}

/** Values that a merge patch cannot set, by the names of their arguments. */
export function unsettable(before: Settings, after: Settings): string[] {
  return Object.entries(after.arguments ?? {})
    .filter(([name, rule]) => {
      const old: Rule = before.arguments?.[name] ?? {};
      return (['fixed', 'default'] as const).some(
        (part) => rule[part] !== old[part] && hasNull(rule[part]) && part in rule,
      );
    })
    .map(([name]) => name);
}
