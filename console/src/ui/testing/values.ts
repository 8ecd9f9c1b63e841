import type { Schema } from '#api/client';

export type Values = Record<string, unknown>;

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
