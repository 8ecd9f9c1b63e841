import { makeApp } from './apps';
import { expectAccessible } from './axe';
import { expect, test } from './test';

test('an app of the catalog is looked at, added and connected', async ({ owner: page }) => {
  await page.goto('/apps?view=catalog');
  await page.getByRole('searchbox', { name: 'Search apps' }).fill('payments');
  await expect(page.getByRole('heading', { level: 2 })).toHaveCount(1);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'What Stripe does and how it is connected' }).click();
  await expect(page).toHaveURL(/entry=stripe/);
  await expect(page.getByRole('dialog').getByRole('heading', { name: 'Ways to connect' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Add Stripe' }).click();
  await page.getByRole('dialog').getByRole('link', { name: 'Open' }).click();
  await expect(page.getByRole('heading', { name: 'Stripe', level: 1 })).toBeVisible();
  await page.getByRole('link', { name: 'Ways to connect' }).click();
  await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('link', { name: 'Connections', exact: true }).click();
  await page.getByRole('button', { name: 'Add a connection' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name', exact: false }).first().fill('Main');
  await dialog.locator('input[type=password]').first().fill('sk_test_0123456789abcdef');
  await dialog.getByRole('button', { name: 'Keep it' }).click();
  const row = page.getByRole('table', { name: 'Connections' }).getByRole('row').nth(1);
  await expect(row).toContainText('Main');
  await expect(row).toContainText('default');
  await expect(row).not.toContainText('sk_test');
  await expectAccessible(page);
  await row.getByRole('button', { name: 'What to do with Main' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByLabel('Type Main to confirm').fill('Main');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('No connection yet')).toBeVisible();
});

test('what a server uses is tested, and is not deleted', async ({ owner: page, gateway }) => {
  await makeApp(gateway, 'Used shop', 'User of the shop');
  await page.goto('/apps');
  await page.getByRole('row', { name: /Used shop/ }).click();
  await page.getByRole('link', { name: 'Connections', exact: true }).click();
  await page.getByRole('button', { name: 'Add a connection' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).first().fill('Shop key');
  await dialog.getByRole('combobox', { name: 'Kind of credential' }).click();
  await page.getByRole('option', { name: 'Bearer token' }).click();
  await dialog.locator('input[type=password]').fill('abcdef');
  await dialog.getByRole('button', { name: 'Keep it' }).click();
  const menu = page.getByRole('button', { name: 'What to do with Shop key' });
  await menu.click();
  await page.getByRole('menuitem', { name: 'Test' }).click();
  await page.getByRole('textbox', { name: 'Path' }).fill('/books');
  await page.getByRole('dialog').getByRole('button', { name: 'Test' }).click();
  await expect(page.getByRole('dialog').getByRole('status')).toContainText('status 200');
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();

  await menu.click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByLabel('Type Shop key to confirm').fill('Shop key');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('Code: in_use');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('row', { name: /Shop key/ })).toBeVisible();

  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('button', { name: 'Delete the app' }).click();
  await page.getByLabel('Type used-shop to confirm').fill('used-shop');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('Code: in_use');
});
