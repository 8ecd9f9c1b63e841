import type { Schema } from '#api/client';
import { mergePatch } from '#api/mergePatch';
import type { Version } from '../tools/data';

export type Values = Record<string, unknown>;

// The API's document says of arguments and of the version less than it takes: its types leave no value that fits.

export function callOf(values: Values, version: Version): Schema<'TestCall'> {
  return { arguments: values, version } as Schema<'TestCall'>;
}

export function runOf(version: Version): Schema<'TestCaseRun'> {
  return { version } as Schema<'TestCaseRun'>;
}

export function caseOf(name: string, values: Values): Schema<'TestCaseSettings'> {
  return { name, arguments: values } as Schema<'TestCaseSettings'>;
}

/** The change of a case that makes its arguments these. */
export function casePatch(before: Values, after: Values): Schema<'TestCaseSettingsPatch'> {
  return { arguments: mergePatch(before, after) } as Schema<'TestCaseSettingsPatch'>;
}

/** What a result costs a model, four bytes a token. */
export function tokensOfResult({ content }: Schema<'TestResult'>): number {
  const size = (text: string | undefined) => (text ? new TextEncoder().encode(text).length : 0);
  let bytes = 0;
  for (const block of content) {
    if (block.type === 'text' || block.type === 'resource') bytes += size(block.text);
    if (block.type === 'image' || block.type === 'audio') bytes += size(block.data);
    if (block.type === 'resource') bytes += size(block.blob);
  }
  return Math.ceil(bytes / 4);
}
