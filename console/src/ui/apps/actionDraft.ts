import type { Schema } from '#api/client';
import { actions } from '#texts/actions';
import { jsonObject } from '../jsonObject';

/** A parameter as it is entered: its schema is text. */
export interface DraftParameter {
  name: string;
  in: Schema<'ParameterPlace'>;
  required: boolean;
  description: string;
  schema: string;
  /** What the form does not show, and keeps. */
  rest: Pick<Schema<'ParameterSettings'>, 'style' | 'explode'>;
}

/** An action by hand as it is entered: schemas are text. */
export interface Draft {
  name: string;
  title: string;
  description: string;
  method: string;
  path: string;
  tags: string[];
  deprecated: boolean;
  parameters: DraftParameter[];
  hasBody: boolean;
  mediaType: string;
  bodyRequired: boolean;
  bodySchema: string;
  outputSchema: string;
}

const shown = (schema: unknown) => (schema ? JSON.stringify(schema, undefined, 2) : '');

export function draftOf(action: Schema<'Action'> | undefined): Draft {
  const settings = action?.settings;
  return {
    name: action?.name ?? '',
    title: settings?.title ?? '',
    description: settings?.description ?? '',
    method: settings?.method.toUpperCase() ?? 'GET',
    path: settings?.path ?? '/',
    tags: settings?.tags ?? [],
    deprecated: settings?.deprecated ?? false,
    parameters: (settings?.parameters ?? []).map(
      ({ name, required, description, schema, style, explode, ...rest }) => ({
        name,
        in: rest.in,
        required: required ?? false,
        description: description ?? '',
        schema: schema ? JSON.stringify(schema) : '',
        rest: { style, explode },
      }),
    ),
    hasBody: settings?.body != null,
    mediaType: settings?.body?.media_type ?? 'application/json',
    bodyRequired: settings?.body?.required ?? true,
    bodySchema: shown(settings?.body?.schema) || '{\n  "type": "object",\n  "properties": {}\n}',
    outputSchema: shown(settings?.output_schema),
  };
}

/** Members whose text is no JSON object, each with what to do. */
export function faultsOf(draft: Draft): Record<string, string> {
  const faults: Record<string, string> = {};
  const check = (member: string, text: string, needed: boolean) => {
    if (!needed && text.trim() === '') return;
    if (!jsonObject(text)) faults[member] = actions.form.notJson;
  };
  if (draft.hasBody) check('bodySchema', draft.bodySchema, true);
  check('outputSchema', draft.outputSchema, false);
  for (const [index, { schema }] of draft.parameters.entries()) check(`parameters.${index}`, schema, false);
  return faults;
}

/** What the API takes of a draft without faults. */
export function settingsOf(
  draft: Draft,
): Schema<'ActionSettingsPatch'> & Pick<Schema<'NewAction'>, 'description' | 'method' | 'path'> {
  return {
    title: draft.title.trim() || undefined,
    description: draft.description.trim(),
    method: draft.method,
    path: draft.path.trim(),
    tags: draft.tags,
    deprecated: draft.deprecated,
    parameters: draft.parameters.map(({ rest, ...parameter }) => ({
      ...rest,
      name: parameter.name.trim(),
      in: parameter.in,
      required: parameter.required,
      description: parameter.description.trim() || undefined,
      schema: jsonObject(parameter.schema),
    })),
    body: draft.hasBody
      ? {
          media_type: draft.mediaType.trim(),
          required: draft.bodyRequired,
          schema: jsonObject(draft.bodySchema) ?? {},
        }
      : null,
    output_schema: jsonObject(draft.outputSchema) ?? null,
  };
}
