import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { Gateway } from './gateway';
import { settleNeighbors } from './neighbors';

export const OWNER = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada Lovelace' };

interface Fixtures {
  /** A page that is signed in as the owner, and fails the test when the content policy or the console itself complains. */
  owner: Page;
}

interface WorkerFixtures {
  gateway: Gateway;
}

/** Playwright's, with the real binary behind it, on which no test is alone. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  gateway: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from the pattern
    async ({}, use) => {
      const gateway = await Gateway.start();
      await gateway.setUp(OWNER);
      await settleNeighbors(gateway);
      await use(gateway);
      await gateway.stop();
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ gateway }, use) => use(gateway.base),
  page: async ({ page }, use) => {
    const complaints = watch(page);
    await use(page);
    expect(complaints, 'what the browser complained of').toEqual([]);
  },
  owner: async ({ page }, use) => {
    await signIn(page, OWNER.email, OWNER.password);
    await use(page);
  },
});

export { expect };

/** Signs in by hand. */
export async function signIn(page: Page, email: string, password: string) {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail address').fill(email);
  await page.locator('input[name=password]').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('navigation', { name: 'Navigation' })).toBeAttached();
}

/** What is shown this once. */
export async function secretOf(dialog: Locator): Promise<string> {
  return (await dialog.getByTestId('secret').textContent()) ?? '';
}

/** Faults that nobody sees on the page: violations of the content policy, and errors that nothing caught. */
function watch(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    // An answer that is none of success is shown by the page; the browser says it too.
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) complaints.push(text);
  });
  return complaints;
}
