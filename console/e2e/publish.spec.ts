import type { Page } from '@playwright/test';
import { expectAccessible } from './axe';
import { mcpClient } from './mcp';
import { makeShop } from './servers';
import { expect, test } from './test';
import { makeToken } from './tokens';

/** A server, found by its name, at one of its parts. */
async function open(page: Page, name: string, part: string) {
  await page.goto(`/servers?q=${encodeURIComponent(name)}`);
  await page.getByRole('link', { name, exact: true }).click();
  await page
    .getByRole('navigation', { name: 'Parts of the server' })
    .getByRole('link', { name: part })
    .click();
}

test('the draft is published with its difference in sight, and gone back from', async ({
  owner,
  gateway,
}) => {
  const { slug, url } = await makeShop(gateway, 'Draft shop');
  const { token } = await makeToken(gateway, 'reader of the draft shop');
  await gateway.cli('tool', 'remove', slug, 'cancel_order');
  await open(owner, 'Draft shop', 'Settings');
  await expectAccessible(owner);
  const form = owner.getByRole('form', { name: 'Name and texts' });
  await form.getByLabel('Instructions').fill('Prices are in euros.');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(owner.getByText('Draft differs')).toBeVisible();

  await owner.getByRole('button', { name: 'Publish' }).click();
  const dialog = owner.getByRole('dialog', { name: 'Publish Draft shop' });
  await expect(dialog.getByText('The draft becomes version 2')).toBeVisible();
  await expect(dialog.getByRole('region', { name: '1 tool is gone' })).toContainText('cancel_order');
  await expect(dialog.getByText('Clients may break')).toBeVisible();
  await expect(dialog.getByText('Prices are in euros.')).toBeVisible();
  await expectAccessible(owner);
  await dialog.getByLabel('Note').fill('Without cancelling');
  await dialog.getByRole('button', { name: 'Publish' }).click();
  await expect(owner.getByText('Version 2', { exact: true })).toBeVisible();
  await expect(owner.getByText('Draft differs')).toBeHidden();

  const client = await mcpClient(url, token);
  const toolNames = async () => (await client.listTools()).tools.map(({ name }) => name);
  expect(await toolNames()).not.toContain('cancel_order');
  expect(client.getInstructions()).toBe('Prices are in euros.');

  await owner
    .getByRole('navigation', { name: 'Parts of the server' })
    .getByRole('link', { name: 'Versions' })
    .click();
  await expect(owner.getByRole('row').filter({ hasText: 'Without cancelling' })).toContainText('served now');
  await expectAccessible(owner);
  await owner.getByRole('button', { name: 'Open version 2' }).click();
  const gone = owner.getByRole('region', { name: '1 tool is gone' });
  await expect(gone).toContainText('cancel_order');
  await expect(gone).toContainText('breaking');
  await expect(owner.getByRole('button', { name: 'Go back to it' })).toBeDisabled();
  await expectAccessible(owner);
  await owner.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await owner.getByRole('button', { name: 'Open version 1' }).click();
  await expect(owner).toHaveURL(/version=1/);
  await owner.getByRole('button', { name: 'Go back to it' }).click();
  const asked = owner.getByRole('dialog', { name: 'Go back to version 1?' });
  await expect(asked).toContainText('published again, as version 3');
  await asked.getByRole('button', { name: 'Go back to it' }).click();
  await expect(owner.getByText('Version 3 repeats version 1.')).toBeVisible();
  await expect.poll(toolNames).toContain('cancel_order');
  await client.close();
});

test('a draft over its budget cannot be published', async ({ owner, gateway }) => {
  await makeShop(gateway, 'Frugal shop');
  await open(owner, 'Frugal shop', 'Settings');
  const budget = owner.getByRole('form', { name: 'Token budget' });
  await budget.getByLabel('Budget').fill('10');
  await budget.getByRole('button', { name: 'Save' }).click();
  await expect(owner.getByText(/tokens \/ 10$/)).toBeVisible();
  const texts = owner.getByRole('form', { name: 'Name and texts' });
  await texts.getByLabel('Description').fill('Over its budget');
  await texts.getByRole('button', { name: 'Save' }).click();
  await owner.getByRole('button', { name: 'Publish' }).click();
  const dialog = owner.getByRole('dialog', { name: 'Publish Frugal shop' });
  await expect(dialog.getByText('where 10 are allowed')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Publish' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await budget.getByLabel('Budget').fill('');
  await budget.getByRole('button', { name: 'Save' }).click();
  await expect(owner.getByText(/tokens \/ 10$/)).toBeHidden();
});

test('a connected client is refused while the server is off', async ({ owner, gateway }) => {
  const { url } = await makeShop(gateway, 'Shop to be closed');
  const { token } = await makeToken(gateway, 'customer of the shop to be closed');
  const client = await mcpClient(url, token);
  const call = () => client.callTool({ name: 'get_book', arguments: { id: 1 } });
  expect((await call()).isError).not.toBe(true);

  await owner.goto('/servers?q=closed');
  const toggle = owner.getByRole('row').filter({ hasText: 'Shop to be closed' }).getByRole('switch');
  await toggle.press(' ');
  await expect(toggle).not.toBeChecked();
  // The switch is ahead of the answer, and the answer of what the client meets.
  await expect(() => expect(call()).rejects.toThrow()).toPass();
  await open(owner, 'Shop to be closed', 'Connect');
  await expect(owner.getByText('This server does not answer: it is off')).toBeVisible();
  await expectAccessible(owner);

  await owner.getByRole('switch').first().press(' ');
  await expect(owner.getByText('This server does not answer: it is off')).toBeHidden();
  await expect(async () => expect((await call()).isError).not.toBe(true)).toPass();
  await client.close();
});

test('the slug changes, and the former one goes on answering', async ({ owner, gateway }) => {
  const { url } = await makeShop(gateway, 'Shop that moves');
  const { token } = await makeToken(gateway, 'customer of the shop that moves');
  await open(owner, 'Shop that moves', 'Settings');
  const form = owner.getByRole('form', { name: 'Address' });
  await form.getByRole('textbox', { name: 'Slug', exact: true }).fill('books & more');
  await expect(form.getByText('Letters, digits, - and _ alone')).toBeVisible();
  await expect(form.getByRole('button', { name: 'Save' })).toBeDisabled();
  await form.getByRole('textbox', { name: 'Slug', exact: true }).fill('moved-shop');
  await form.getByRole('button', { name: 'Save' }).click();
  const asked = owner.getByRole('dialog', { name: 'Change the slug to moved-shop?' });
  await expect(asked).toContainText(url);
  await expect(asked).toContainText('goes on answering for 90 days');
  await asked.getByRole('button', { name: 'Change the slug' }).click();
  await expect(form.getByText(url)).toBeVisible();

  for (const address of [url, `${gateway.base}/mcp/local/moved-shop`]) {
    const client = await mcpClient(address, token);
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    await client.close();
  }
});
