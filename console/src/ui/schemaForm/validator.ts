import { type OutputUnit, type Schema, Validator } from '@cfworker/json-schema';
import { ErrorSchemaBuilder, type RJSFSchema, type ValidatorType } from '@rjsf/utils';
import { editors } from '#texts/editors';

/** Keywords whose failure only says that something inside failed. */
const WRAPPERS = new Set([
  'properties',
  'patternProperties',
  'items',
  'prefixItems',
  'allOf',
  '$ref',
  'dependentSchemas',
  'false',
  'if',
]);

type Values = Record<string, unknown>;

/**
 * Checks without making code of schemas: `@rjsf/validator-ajv8` needs `unsafe-eval`, and would run what a foreign schema became. What
 * it cannot make sense of passes: the server decides.
 */
export const validator: ValidatorType<Values> = {
  validateFormData(values, schema) {
    const builder = new ErrorSchemaBuilder<Values>();
    const errors = validate(schema, values)
      .filter(isLeaf)
      .map((unit) => {
        const { path, message } = read(unit);
        builder.addErrors(message, path);
        return { name: unit.keyword, message, stack: `${path.join('.')}: ${message}` };
      });
    return { errors, errorSchema: builder.ErrorSchema };
  },
  isValid(schema, values, root) {
    const { $defs, definitions } = root;
    return validate({ ...schema, $defs, definitions }, values).length === 0;
  },
  rawValidation(schema, values) {
    return { errors: [...validate(schema, values)] as never[] };
  },
};

function validate(schema: RJSFSchema, values: unknown): OutputUnit[] {
  try {
    return new Validator(schema as Schema, '2020-12', false).validate(values ?? {}).errors;
  } catch {
    return [];
  }
}

function isLeaf({ keyword, keywordLocation }: OutputUnit): boolean {
  return !WRAPPERS.has(keyword) && !/\/(anyOf|oneOf|not|contains)\/./.test(keywordLocation);
}

/** Where it is wrong, and what. What is missing is wrong where it should be, not at the whole. */
function read({ keyword, instanceLocation, error }: OutputUnit): { path: string[]; message: string } {
  const path = instanceLocation.split('/').slice(1).map(unescaped);
  const missing = keyword === 'required' ? /"(.+)"/.exec(error)?.[1] : undefined;
  return missing === undefined
    ? { path, message: error.replace(/^Instance /, 'It ') }
    : { path: [...path, missing], message: editors.required };
}

function unescaped(part: string): string {
  return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
}
