import type { Page } from '@playwright/test';
import { shelf } from './apps';
import { expectAccessible } from './axe';
import { mcpClient } from './mcp';
import { expect, test } from './test';

async function addCustomer(page: Page, key: string, name: string) {
  await page.goto('/customers');
  await page.getByRole('button', { name: 'Add a customer' }).click();
  await page.getByRole('textbox', { name: 'Key' }).fill(key);
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('dialog').getByRole('button', { name: 'Add a customer' }).click();
  await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
}

test('a connect link end to end: the customer connects, the console shows it, its agent calls the app', async ({
  owner: page,
  gateway,
  browser,
}) => {
  // Two people, an agent, and six looks at accessibility.
  test.slow();
  await page.goto('/apps/new?from=definition');
  await page.getByLabel('App definition').fill(shelf(gateway.base));
  await page.getByRole('button', { name: 'Add it' }).click();
  await expect(page.getByRole('heading', { name: 'Shelf', level: 1 })).toBeVisible();

  await addCustomer(page, 'cust-1', 'Grace of Acme');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Connect links' }).click();
  await page.getByRole('button', { name: 'Make a connect link' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'App' }).click();
  await page.getByRole('option', { name: 'Shelf (shelf)' }).click();
  await dialog.getByRole('button', { name: 'Make a connect link' }).click();
  const link = (await page.getByTestId('secret').textContent()) ?? '';
  expect(link).toContain(`${gateway.base}/connect/`);
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await expect(page.getByText('not opened yet')).toBeVisible();
  await page.getByRole('link', { name: 'Connections', exact: true }).click();
  await expect(page.getByText('Nothing is connected yet')).toBeVisible();

  const elsewhere = await browser.newContext();
  const customer = await elsewhere.newPage();
  await customer.goto(link);
  await expect(customer.getByRole('heading', { name: 'Connect Shelf' })).toBeVisible();
  await expect(customer.getByText('Grace of Acme')).toBeVisible();
  await expectAccessible(customer);
  await customer.getByLabel('API key').fill('key-of-grace');
  await customer.getByRole('button', { name: 'Connect Shelf' }).click();
  await expect(customer.getByRole('heading', { name: /connected/i })).toBeVisible();
  await elsewhere.close();

  // Nobody has reloaded the console.
  const row = page.getByRole('table', { name: 'Connections of the customer' }).getByRole('row').nth(1);
  await expect(row).toContainText('Shelf');
  await expect(row).toContainText('connected');
  await page.getByRole('link', { name: 'Connect links' }).click();
  await expect(page.getByRole('table').getByRole('row').nth(1)).toContainText('connected');
  await expectAccessible(page);

  await page.getByRole('link', { name: 'Tokens', exact: true }).last().click();
  await page.getByRole('button', { name: 'Make a token' }).first().click();
  await page.getByRole('textbox', { name: 'Name' }).fill('agent');
  await page.getByRole('dialog').getByRole('button', { name: 'Make a token' }).click();
  const token = (await page.getByTestId('secret').textContent()) ?? '';
  const agent = await mcpClient(`${gateway.base}/mcp`, token, 'support-7');
  const { tools } = await agent.listTools();
  expect(tools.map(({ name }) => name)).toContain('shelf-list-books');
  const result = await agent.callTool({ name: 'shelf-list-books', arguments: {} });
  expect(result.isError ?? false).toBe(false);
  await agent.close();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  await expect(page.getByRole('row', { name: /agent/ })).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('link', { name: 'What its agent sees' }).click();
  const tool = page.getByRole('table', { name: 'Tools of the customer’s agent' }).getByRole('row', {
    name: /shelf-list-books/,
  });
  await expect(tool).toContainText('works');
  await tool.press('Enter');
  await expect(page.getByRole('dialog', { name: 'shelf-list-books' })).toContainText('Lists');
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await page.getByRole('link', { name: 'Chat sessions' }).click();
  await expect(page.getByRole('row', { name: /support-7/ })).toContainText('open');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'End the chat support-7' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End' }).click();
  await expect(page.getByText('No chat yet')).toBeVisible();

  await page.getByRole('link', { name: 'Connections', exact: true }).click();
  await row.getByRole('button', { name: /What to do with/ }).click();
  await page.getByRole('menuitem', { name: 'Disconnect' }).click();
  const confirm = page.getByRole('dialog');
  await confirm.getByRole('textbox').fill((await confirm.locator('code').first().textContent()) ?? '');
  await confirm.getByRole('button', { name: 'Disconnect' }).click();
  await expect(page.getByText('The connection was removed.').first()).toBeVisible();
  await expect(page.getByText('Nothing is connected yet')).toBeVisible();
});

test('a customer is shut out, found by a filter, and deleted by its name', async ({
  owner: page,
  gateway,
}) => {
  await addCustomer(page, 'cust-2', 'Lin of Acme');
  await page.getByRole('link', { name: 'Connect a client' }).click();
  await page.getByRole('button', { name: 'curl' }).click();
  await expect(page.getByText(`${gateway.base}/mcp`).first()).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('switch').click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Its tokens open nothing while it is shut out.')).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('link', { name: 'Customers' }).last().click();
  await page.getByText('Shut out', { exact: true }).first().click();
  await expect(page).toHaveURL(/disabled=true/);
  await page.reload();
  await page.getByRole('row', { name: /Lin of Acme/ }).click();
  await page.getByRole('link', { name: 'Settings', exact: true }).click();
  await page.getByRole('button', { name: 'Delete the customer' }).click();
  await page.getByLabel('Type cust-2 to confirm').fill('cust-2');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page).toHaveURL(/\/customers$/);
  await expect(page.getByText('The customer was deleted.')).toBeVisible();
  await expect(page.getByRole('row', { name: /Lin of Acme/ })).toHaveCount(0);
});
