import { setNonce } from 'get-nonce';

/** What the content security policy of this page allows styles with. */
export const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce ?? '';

type Policies = { createPolicy(name: string, rules: { createHTML(text: string): string }): unknown };

/**
 * Makes the page's rules known to what writes styles by itself, and refuses markup made of text: style sheets are the only text that
 * a library here hands to the browser to parse, and they have no angle bracket.
 */
export function obeyPolicy() {
  setNonce(nonce);
  const { trustedTypes } = window as { trustedTypes?: Policies };
  trustedTypes?.createPolicy('default', {
    createHTML(text) {
      if (text.includes('<')) throw new TypeError('markup is not made of text here');
      return text;
    },
  });
}
