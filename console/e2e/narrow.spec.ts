import type { Page } from '@playwright/test';
import { makeShop } from './servers';
import { expect, test } from './test';

test.use({ viewport: { width: 390, height: 860 } });

/** What is wider than the screen, or than the dialog that it stands in. */
const tooWide = (page: Page) =>
  page.evaluate(() => {
    const frame = document.querySelector('[role=dialog]') ?? document.documentElement;
    const { right } = frame.getBoundingClientRect();
    // What scrolls by itself may be as wide as it likes.
    const scrolls = (element: Element): boolean =>
      element !== frame &&
      (/auto|scroll/.test(getComputedStyle(element).overflowX) ||
        (element.parentElement !== null && scrolls(element.parentElement)));
    return [...frame.querySelectorAll('h1, h2, h3, p, code, button, input, label, td, dd')]
      .filter((element) => !element.closest('.spoken') && !scrolls(element))
      .filter((element) => element.getBoundingClientRect().right > right + 1)
      .map((element) => element.outerHTML.slice(0, 200));
  });

test('on a telephone every place fits, and the open part of a server is in sight', async ({
  owner: page,
  gateway,
}) => {
  const { id } = await makeShop(gateway, 'Shop for telephones');
  const places = [
    'servers',
    'apps',
    'customers',
    'activity',
    'requests',
    'audit',
    'tokens',
    'limits',
    'users',
  ];
  for (const place of [...places, 'account', `servers/${id}/settings`, `servers/${id}/requests`]) {
    await page.goto(`/${place}`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByRole('status', { name: 'Loading…' })).toHaveCount(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), place).toBeLessThanOrEqual(390);
    expect(await tooWide(page), place).toEqual([]);
  }
  const parts = page.getByRole('navigation', { name: 'Parts of the server' });
  await expect(parts.getByRole('link', { name: 'Request logs' })).toBeInViewport({ ratio: 0.9 });
});

test('on a telephone dialogs fit, and a secret is there as a whole', async ({ owner: page }) => {
  for (const place of ['servers?create=scratch', 'users?invite=true', 'tokens?create=true']) {
    await page.goto(`/${place}`);
    await expect(page.getByRole('dialog').getByRole('button', { name: 'Cancel' })).toBeVisible();
    expect(await tooWide(page), place).toEqual([]);
  }
  const dialog = page.getByRole('dialog', { name: 'Create a token' });
  await dialog.getByLabel('Name').fill('on the telephone');
  await dialog.getByRole('button', { name: 'Create token' }).click();
  await expect(dialog.getByTestId('secret')).toBeVisible();
  expect(await tooWide(page)).toEqual([]);
});
