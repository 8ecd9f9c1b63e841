import { editors } from '#texts/editors';
import { isObject } from './schema';

/** Reads a text that has to be a JSON object. */
export function readObject(text: string): { value?: Record<string, unknown>; error?: string } {
  try {
    const value: unknown = text.trim() === '' ? {} : JSON.parse(text);
    return isObject(value) ? { value } : { error: editors.expectsObject };
  } catch (error) {
    return { error: editors.invalidJson(error instanceof Error ? error.message : String(error)) };
  }
}
