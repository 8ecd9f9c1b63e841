import createFetchClient, { type Middleware } from 'openapi-fetch';
import createQueryClient from 'openapi-react-query';
import { problemOf, unreachable } from './problem';
import type { components, paths } from './schema';

/** A type of the API by its name. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

/** What proves that a page of ours sends a request; `GET /api/v1/session` gives it. */
let csrfToken: string | undefined;

export function rememberCsrfToken(token: string | undefined) {
  csrfToken = token;
}

const checked: Middleware = {
  onRequest({ request }) {
    if (csrfToken && request.method !== 'GET') request.headers.set('X-CSRF-Token', csrfToken);
  },
  async onResponse({ response }) {
    if (response.ok) return;
    throw problemOf(response.status, await response.json().catch(() => undefined));
  },
  onError({ error }) {
    // Whoever went elsewhere has given it up; else nobody has answered.
    return error instanceof DOMException ? error : unreachable();
  },
};

/** Calls the API; whatever is no success is thrown as a `Problem`. */
export const client = createFetchClient<paths>({ baseUrl: window.location.origin });
client.use(checked);

/** The same for components: `$api.useQuery('get', '/api/v1/servers', …)`. */
export const $api = createQueryClient(client);

/** The headers of a change to what was read in that revision: nobody's later change is overwritten. */
export function ifMatch(revision: number) {
  return { 'If-Match': `"${revision}"` };
}
