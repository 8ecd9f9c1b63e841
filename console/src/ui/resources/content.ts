/** The most that is stored, in bytes. */
export const CONTENT_MAX = 1 << 20;

/** A file's bytes in standard base64. */
export async function base64Of(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  // The whole at once is more arguments than a call takes.
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary);
}

/** The names of the variables of a URI template, in order, each once: `{id}`, `{+path}`, `{?limit,offset}`. */
export function variablesOf(template: string): string[] {
  const names = [...template.matchAll(/\{[+#./;?&]?([^{}]*)\}/g)].flatMap(([, inside = '']) =>
    inside.split(',').map((name) => name.replace(/(\*|:\d+)$/, '').trim()),
  );
  return [...new Set(names)].filter(Boolean);
}
