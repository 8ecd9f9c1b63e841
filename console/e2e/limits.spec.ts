import { expectAccessible } from './axe';
import { mcpClient } from './mcp';
import { makeShop } from './servers';
import { expect, test } from './test';
import { makeToken } from './tokens';

test('a hard limit refuses a real client, until it is off', async ({ owner: page, gateway }) => {
  const { id, url } = await makeShop(gateway, 'Limited shop');
  const { token } = await makeToken(gateway, 'limited agent');
  const client = await mcpClient(url, token);
  const call = () => client.callTool({ name: 'list_books', arguments: {} });

  await page.goto('/limits');
  await page.getByRole('button', { name: 'Create limit' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Create a limit' });
  await dialog.getByRole('combobox', { name: 'Counts the calls of' }).click();
  await page.getByRole('option', { name: 'A token' }).click();
  await dialog.getByRole('combobox', { name: 'Which' }).click();
  await page.getByRole('option', { name: /^limited agent/ }).click();
  await dialog.getByRole('textbox', { name: 'Calls' }).fill('1');
  await dialog.getByRole('combobox', { name: 'In each' }).click();
  await page.getByRole('option', { name: 'hour' }).click();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Create limit' }).click();
  const row = page
    .getByRole('table', { name: 'Limits' })
    .getByRole('row')
    .filter({ hasText: 'limited agent' });
  await expect(row).toContainText('1 per hour');
  await expectAccessible(page);

  await expect(async () => {
    await call();
    await expect(call()).rejects.toThrow();
  }).toPass();
  await row.getByRole('switch').press(' ');
  await expect(row.getByRole('switch')).not.toBeChecked();
  await expect(async () => {
    await call();
  }).toPass();
  await client.close();

  // What counts one server, or each, is on its own tab; what counts a token is not.
  await page.goto(`/servers/${id}/limits`);
  await expect(page.getByRole('heading', { name: 'No limits' })).toBeVisible();
  await page.goto('/limits');
  await row.getByRole('button', { name: 'Delete limited agent' }).click();
  await page
    .getByRole('dialog', { name: 'Delete the limit?' })
    .getByRole('button', { name: 'Delete' })
    .click();
  await expect(row).toHaveCount(0);
});
