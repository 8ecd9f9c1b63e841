import { Problem } from './problem';

/** What the API says of one member of the request, or of a part of it; for the error of its input. */
export function fieldError(error: unknown, ...fields: string[]): string | undefined {
  if (!(error instanceof Problem) || error.field === undefined) return undefined;
  const { field, message } = error;
  const about = fields.some(
    (name) => field === name || field.startsWith(`${name}.`) || field.startsWith(`${name}[`),
  );
  return about ? message : undefined;
}
