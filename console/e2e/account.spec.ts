import { expectAccessible } from './axe';
import { mcpClient } from './mcp';
import { expect, secretOf, test } from './test';
import { makeToken } from './tokens';

test('the alias is changed with a warning, and it is seen who still uses the former one', async ({
  owner: page,
  gateway,
}) => {
  await page.goto('/account');
  await page.getByRole('textbox', { name: 'Alias', exact: true }).fill('bookshop-inc');
  await expect(page.getByText('Clients that use local go on working for 90 days')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: 'End local' })).toBeVisible();

  const { token } = await makeToken(gateway, 'former');
  const client = await mcpClient(gateway.ready.mcp_url, token);
  await client.callTool({ name: 'list_books', arguments: {} });
  await client.close();
  await expect(async () => {
    await page.reload();
    await expect(page.getByText(/^console-e2e/)).toBeVisible({ timeout: 2_000 });
  }).toPass();

  // Back again: other files of tests know the first alias.
  await page.getByRole('textbox', { name: 'Alias', exact: true }).fill('local');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('button', { name: 'End bookshop-inc' })).toBeVisible();
  await page.getByRole('button', { name: 'End bookshop-inc' }).click();
  const dialog = page.getByRole('dialog', { name: /^End the former alias/ });
  await expect(dialog.getByRole('button', { name: 'End it' })).toBeDisabled();
  await dialog.getByLabel('Type bookshop-inc to confirm').fill('bookshop-inc');
  await dialog.getByRole('button', { name: 'End it' }).click();
  await expect(page.getByText('None: every client uses the alias.')).toBeVisible();
});

test('the brand of the connect page is previewed and kept', async ({ owner: page }) => {
  await page.goto('/account?tab=brand');
  await page.getByRole('textbox', { name: 'Product name' }).fill('Pages & Co');
  await expect(page.getByText('Pages & Co asks you to connect')).toBeVisible();
  await page.getByRole('textbox', { name: 'Color of what is to be clicked' }).fill('#ffd43b');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('status').filter({ hasText: 'Saved' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Product name' })).toHaveValue('Pages & Co');
});

test('a signing secret is shown once, rotated and retired', async ({ owner: page }) => {
  await page.goto('/account?tab=signing');
  await page.getByRole('button', { name: 'Create secret' }).click();
  const making = page.getByRole('dialog', { name: 'Create a signing secret' });
  await making.getByRole('textbox', { name: 'Name' }).fill('production');
  await expectAccessible(page);
  await making.getByRole('button', { name: 'Create secret' }).click();
  expect(await secretOf(making)).toMatch(/^gws_/);
  await making.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByTestId('secret')).toHaveCount(0);

  await page.getByRole('button', { name: 'Rotate production' }).click();
  const rotating = page.getByRole('dialog', { name: 'Rotate production' });
  await rotating.getByRole('button', { name: 'Rotate' }).click();
  expect(await secretOf(rotating)).toMatch(/^gws_/);
  await rotating.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText('Retires')).toBeVisible();
  await expectAccessible(page);
});
