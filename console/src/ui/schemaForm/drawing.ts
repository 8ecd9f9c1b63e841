import type { UiSchema } from '@rjsf/utils';
import { isObject, type JsonSchema, resolve, typeOf } from './schema';

/** More fields than anybody fills in: beyond them a form is slow and of no use. */
export const FIELDS_MAX = 300;
/** How deep fields go before the rest is one field of JSON. */
const DEPTH_MAX = 6;

type Drawing = { ui: UiSchema } | { reason: 'noObject' | 'tooLarge' };

const AS_JSON: UiSchema = { 'ui:field': 'json', 'ui:fieldReplacesAnyOrOneOf': true };

/**
 * How a foreign schema becomes a form: what has no plain field (no type, several types, a cycle, a reference to elsewhere) becomes one
 * field of JSON, and a schema of no object, or of too many fields, becomes none at all.
 */
export function draw(schema: JsonSchema): Drawing {
  if (schema.type !== undefined && typeOf(schema) !== 'object') return { reason: 'noObject' };
  const walk = new Walk(schema);
  const ui = walk.object(schema, 0, []);
  return walk.fields > FIELDS_MAX ? { reason: 'tooLarge' } : { ui };
}

class Walk {
  fields = 0;

  constructor(private readonly root: JsonSchema) {}

  object(schema: JsonSchema, depth: number, trail: string[]): UiSchema {
    const ui: UiSchema = {};
    const required = Array.isArray(schema.required) ? schema.required : [];
    for (const [name, property] of Object.entries(isObject(schema.properties) ? schema.properties : {})) {
      if (this.fields > FIELDS_MAX) break;
      ui[name] = this.field(property, depth + 1, trail, required.includes(name));
    }
    return ui;
  }

  private field(schema: unknown, depth: number, trail: string[], required: boolean): UiSchema {
    this.fields += 1;
    if (!isObject(schema) || depth > DEPTH_MAX) return AS_JSON;
    if (typeof schema.$ref === 'string') {
      const target = resolve(this.root, schema.$ref);
      // A field of a field of itself has no end.
      if (trail.includes(schema.$ref) || !isObject(target)) return AS_JSON;
      return this.field({ ...target, ...without(schema, '$ref') }, depth, [...trail, schema.$ref], required);
    }
    if ('anyOf' in schema || 'oneOf' in schema || 'allOf' in schema || 'not' in schema || 'if' in schema) {
      return this.choice(schema, depth, trail, required);
    }
    if (Array.isArray(schema.enum)) {
      return schema.enum.every(isPlain) ? select(schema, { 'ui:clearable': !required }) : AS_JSON;
    }
    switch (typeOf(schema)) {
      case 'string':
        return placeholder(schema, {});
      case 'integer':
      case 'number':
        return placeholder(schema, { 'ui:clampBehavior': 'none' });
      case 'boolean':
        // A box that is not ticked cannot say "not given".
        return select(schema, { 'ui:widget': 'select', 'ui:clearable': !required });
      case 'object':
        return isObject(schema.properties) ? this.object(schema, depth, trail) : AS_JSON;
      case 'array':
        return this.array(schema, depth, trail);
      default:
        return AS_JSON;
    }
  }

  private array(schema: JsonSchema, depth: number, trail: string[]): UiSchema {
    if (!isObject(schema.items) || 'prefixItems' in schema) return AS_JSON;
    const items = this.field(schema.items, depth + 1, trail, true);
    return items === AS_JSON ? AS_JSON : { items };
  }

  /** "This or null" is an optional this; any other choice is JSON. */
  private choice(schema: JsonSchema, depth: number, trail: string[], required: boolean): UiSchema {
    const options = [schema.anyOf, schema.oneOf].find(Array.isArray);
    const constants = options?.every(
      (option) => isObject(option) && 'const' in option && isPlain(option.const),
    );
    if (constants) return select(schema, { 'ui:clearable': !required });
    const [only, ...others] = Array.isArray(schema.allOf) ? schema.allOf : [];
    const alone = !options && !('not' in schema) && !('if' in schema) && others.length === 0;
    if (alone && isObject(only)) {
      return this.field({ ...only, ...without(schema, 'allOf') }, depth, trail, required);
    }
    return AS_JSON;
  }
}

function placeholder(schema: JsonSchema, ui: UiSchema): UiSchema {
  return isPlain(schema.default) && schema.default !== ''
    ? { ...ui, 'ui:placeholder': String(schema.default) }
    : ui;
}

/** A choice shows no description by itself. */
function select(schema: JsonSchema, ui: UiSchema): UiSchema {
  const { description } = schema;
  return placeholder(schema, typeof description === 'string' ? { ...ui, 'ui:description': description } : ui);
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function without(schema: JsonSchema, name: string): JsonSchema {
  const { [name]: _, ...rest } = schema;
  return rest;
}
