import type { Schema } from '#api/client';

/** What stands for a token in the snippets that the API gives. */
const PLACEHOLDER = 'YOUR_TOKEN';

/** The snippet with that token in the place of the placeholder, made to be read. Without one, the placeholder stays. */
export function filled(
  snippet: Schema<'Snippet'>,
  token: string | undefined,
): { text: string; link?: string } {
  const text = snippet.form === 'json' ? indented(snippet.text) : snippet.text;
  const { link } = snippet;
  return {
    text: token ? text.replaceAll(PLACEHOLDER, token) : text,
    link: link && opensClient(link) ? (token ? linkWith(link, token) : link) : undefined,
  };
}

/** JSON in lines; other text as it is. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Whether a link does what it says: opens a client that is installed here, or a page. */
function opensClient(link: string): boolean {
  return ['cursor:', 'vscode:', 'vscode-insiders:', 'https:'].includes(URL.parse(link)?.protocol ?? '');
}

/** An install link has the placeholder in JSON that is percent-encoded (VS Code), or in base64 behind `config` (Cursor). */
function linkWith(link: string, token: string): string {
  const config = /([?&]config=)([^&]+)/.exec(link);
  if (config) {
    const [whole, name = '', value = ''] = config;
    const json = atob(decodeURIComponent(value)).replaceAll(PLACEHOLDER, token);
    return link.replace(whole, () => name + encodeURIComponent(btoa(json)));
  }
  const encoded = /YOUR(?:_|%5F)TOKEN/gi;
  return link.replace(encoded, () => encodeURIComponent(token));
}
