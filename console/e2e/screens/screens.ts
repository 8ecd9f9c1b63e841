import type { Page } from '@playwright/test';

type Ids = Awaited<ReturnType<typeof import('./seed').seed>>;

export interface Screen {
  /** Of its picture. */
  name: string;
  path: string;
  /** What is done there before the picture is taken. */
  act?: (page: Page) => Promise<void>;
  /** Stands above the page, which is then taken as far as one sees it. */
  above?: true;
}

const plain = (name: string, path: string): Screen => ({ name, path });
const above = (name: string, path: string, act?: Screen['act']): Screen => ({ name, path, act, above: true });
const tabs = (name: string, path: string, parts: string[]) =>
  parts.map((part) => plain(`${name}-${part}`, `${path}/${part}`));

/** Every screen of an owner. */
export const screens = (ids: Ids): Screen[] => [...places(ids), ...opened(ids), ...states(ids)];

const places = (ids: Ids): Screen[] => [
  plain('start', '/start'),
  plain('servers', '/servers'),
  plain('servers-deleted', '/servers?state=deleted'),
  ...tabs('server', `/servers/${ids.server}`, [
    'tools',
    'test',
    'connect',
    'access',
    'prompts',
    'resources',
    'limits',
    'requests',
    'audit',
    'settings',
    'versions',
  ]),
  plain('server-draft', `/servers/${ids.draft}/tools`),
  plain('server-test-tool', `/servers/${ids.server}/test?tool=get_book`),
  plain('apps', '/apps'),
  plain('apps-catalog', '/apps?view=catalog'),
  plain('apps-new', '/apps/new'),
  plain('apps-new-manual', '/apps/new?from=manual'),
  plain('app', `/apps/${ids.app}`),
  ...tabs('app', `/apps/${ids.app}`, ['report', 'reimport', 'connections', 'settings']),
  plain('app-ways', `/apps/${ids.gmail}/ways`),
  plain('app-action', `/apps/${ids.app}/actions/createItem`),
  plain('customers', '/customers'),
  plain('customer', `/customers/${ids.customer}`),
  ...tabs('customer', `/customers/${ids.customer}`, [
    'tools',
    'chats',
    'links',
    'tokens',
    'connect',
    'settings',
  ]),
  plain('activity', '/activity'),
  plain('activity-tools', '/activity?by=tool'),
  plain('requests', '/requests'),
  plain('audit', '/audit'),
  plain('tokens', '/tokens'),
  plain('limits', '/limits'),
  plain('users', '/users'),
  plain('account', '/account'),
  ...['brand', 'signing'].map((tab) => plain(`account-${tab}`, `/account?tab=${tab}`)),
  plain('connections', '/connections'),
  plain('me', '/me'),
];

const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text }).first();

const opened = (ids: Ids): Screen[] => [
  above('palette', '/servers', async (page) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('textbox').fill('sto');
  }),
  above('menu', '/servers', (page) => page.getByRole('button', { name: /^Signed in as/ }).click()),
  above('server-create', '/servers?create=scratch'),
  above('server-create-app', '/servers?create=app'),
  above('server-publish', `/servers/${ids.draft}/tools?publish=true`),
  above('server-version', `/servers/${ids.draft}/versions?version=1`),
  above('server-add-tools', `/servers/${ids.draft}/tools?add=${ids.app}`),
  ...['about', 'arguments', 'result', 'offered'].map((panel) =>
    above(`tool-${panel}`, `/servers/${ids.server}/tools?tool=list_books&panel=${panel}`),
  ),
  above('prompt', `/servers/${ids.server}/prompts?prompt=recommend`),
  above('request', '/requests', (page) => rowOf(page, 'list_books').press('Enter')),
  above('request-failed', '/requests?outcome=failed', (page) => rowOf(page, 'list_books').press('Enter')),
  above('change', '/audit', (page) => rowOf(page, 'server.publish').press('Enter')),
  above('token-new', '/tokens?create=true'),
  above('token-made', '/tokens?create=true', async (page) => {
    const dialog = page.getByRole('dialog', { name: 'Create a token' });
    await dialog.getByLabel('Name').fill('Night shift');
    await dialog.getByRole('button', { name: 'Create token' }).click();
    await dialog.getByTestId('secret').waitFor();
  }),
  above('token', '/tokens', (page) => rowOf(page, 'Support agent').press('Enter')),
  above('limit-new', '/limits', (page) => page.getByRole('button', { name: 'Create limit' }).first().click()),
  above('user-new', '/users?invite=true'),
  above('catalog-entry', '/apps?view=catalog&entry=stripe'),
  above('customer-link-new', `/customers/${ids.customer}/links`, (page) =>
    page.getByRole('button', { name: 'Make a connect link' }).click(),
  ),
  above('customer-tool', `/customers/${ids.customer}/tools?tool=shelf-list-books`),
];

const states = (ids: Ids): Screen[] => [
  plain('nothing-found', '/servers?q=nothing'),
  plain('nothing-called', '/requests?tool=nothing'),
  plain('nothing-there', `/servers/${ids.draft}/prompts`),
  plain('nothing-connected', `/customers/${ids.bare}`),
  plain('not-found', '/nowhere'),
  plain('not-found-server', '/servers/srv_00000000000000000000000000000000'),
  {
    name: 'error',
    path: '/limits',
    act: async (page) => {
      const problem = {
        title: 'Out of order',
        code: 'internal',
        detail: 'Try again in a minute.',
        status: 500,
      };
      await page.route('**/api/v1/limits*', (route) => route.fulfill({ status: 500, json: problem }));
      await page.reload();
      await page.getByRole('alert').waitFor();
    },
  },
];

/** What somebody sees who may do little. */
export const screensOfMember: Screen[] = [
  plain('member-tokens', '/me'),
  plain('member-connections', '/connections'),
  plain('member-forbidden', '/servers'),
];
