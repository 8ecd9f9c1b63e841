import type { Page } from '@playwright/test';
import { expectAccessible } from './axe';
import { mcpClient } from './mcp';
import { makeServer } from './servers';
import { expect, test } from './test';
import { makeToken } from './tokens';

/** Opens a tab of the panel of a tool. */
async function openPanel(page: Page, tab: string) {
  await page.getByRole('dialog').getByRole('tab', { name: tab }).click();
}

/** A row of the tools; while a dialog closes, its own list is still there. */
function row(page: Page, name: RegExp) {
  return page.getByRole('table', { name: 'Tools of the draft' }).getByRole('row', { name });
}

/** The dialog that adds tools, at the actions of the demo's bookshop. */
async function ofBookshop(page: Page) {
  const dialog = page.getByRole('dialog', { name: 'Add tools' });
  await dialog.getByRole('combobox', { name: 'App' }).click();
  await page.getByRole('option', { name: 'Demo bookshop (demo-bookshop)' }).click();
  return dialog;
}

async function save(page: Page) {
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved in the draft')).toBeVisible();
}

test('tools are added, adjusted and removed, and a client gets what was made of them', async ({
  owner: page,
  gateway,
}) => {
  test.slow();
  const { id, slug, url } = await makeServer(gateway, 'tools-by-hand');
  await page.goto(`/servers/${id}/tools`);
  await expect(page.getByRole('heading', { name: 'No tools yet' })).toBeVisible();
  await expectAccessible(page);

  await test.step('add what only reads, then one by hand', async () => {
    await page.getByRole('button', { name: 'Add tools' }).click();
    const dialog = await ofBookshop(page);
    await dialog.getByText('Read only', { exact: true }).first().click();
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(page.getByText('3 tools added')).toBeVisible();
    await page.getByRole('button', { name: 'Add tools' }).click();
    await ofBookshop(page);
    await expect(dialog.getByRole('button', { name: 'Add 0 tools' })).toBeDisabled();
    await dialog.getByRole('checkbox', { name: /set_price/ }).check();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Add 1 tool' }).click();
    await expect(row(page, /set_price/)).toContainText('Destructive');
    await expect(row(page, /list_books/)).toContainText('Reads');
  });
  await expectAccessible(page);

  await test.step('rename, describe and annotate', async () => {
    await row(page, /list_books/).click();
    const panel = page.getByRole('dialog');
    await panel.getByRole('textbox', { name: 'Name' }).fill('find_books');
    await panel.getByRole('textbox', { name: 'Description' }).fill('Finds books by what they are about.');
    await panel.getByRole('combobox', { name: 'Open world' }).click();
    await page.getByRole('option', { name: 'No', exact: true }).click();
    await expectAccessible(page);
    await save(page);
    await expect(page).toHaveURL(/tool=find_books/);
  });

  await test.step('fix one argument, rename another, pass on two fields', async () => {
    const panel = page.getByRole('dialog');
    await openPanel(page, 'Arguments');
    await panel.getByRole('button', { name: /in_stock/ }).click();
    await panel.getByRole('combobox', { name: 'Callers' }).click();
    await page.getByRole('option', { name: 'do not see it: a value is fixed' }).click();
    await panel.getByRole('combobox', { name: 'Fixed value' }).click();
    await page.getByRole('option', { name: 'Yes' }).click();
    await panel.getByRole('button', { name: /in_stock/ }).click();
    await panel.getByRole('button', { name: /^query/ }).click();
    await panel.getByRole('textbox', { name: 'Name in the tool' }).fill('about');
    await expectAccessible(page);
    await openPanel(page, 'Result and calls');
    const fields = panel.getByRole('combobox', { name: 'Fields that are passed on' });
    await fields.fill('books[].title');
    await fields.press('Enter');
    await fields.fill('books[].price');
    await fields.press('Enter');
    await expectAccessible(page);
    await save(page);
    await openPanel(page, 'As clients see it');
    await expect(panel.getByText('"about"')).toBeVisible();
    await expect(panel.getByText('"in_stock"')).toHaveCount(0);
    await expectAccessible(page);
    await openPanel(page, 'JSON');
    await expect(panel.getByText('"books[].title"')).toBeVisible();
  });

  await test.step('what the API refuses is shown at its field', async () => {
    const panel = page.getByRole('dialog');
    await openPanel(page, 'Result and calls');
    await panel.getByRole('textbox', { name: 'Timeout, in milliseconds' }).fill('5');
    await panel.getByRole('button', { name: 'Save' }).click();
    await expect(panel.getByText('must be 100 to 300000').first()).toBeVisible();
    await panel.getByRole('button', { name: 'Discard changes' }).click();
    await panel.getByRole('button', { name: 'Close' }).click();
  });

  await test.step('the same action twice, under two names', async () => {
    await page.getByRole('button', { name: 'Actions for find_books' }).click();
    await page.getByRole('menuitem', { name: 'Same action under another name' }).click();
    const dialog = page.getByRole('dialog', { name: 'Same action under another name' });
    await dialog.getByRole('textbox', { name: 'Name of the new tool' }).fill('all_books');
    await dialog.getByRole('button', { name: 'Add' }).click();
    await expect(page).toHaveURL(/tool=all_books/);
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await expect(row(page, /all_books/)).toBeVisible();
  });

  await test.step('off at once, many together, and one removed', async () => {
    await page.getByRole('switch', { name: 'get_book is on' }).click({ force: true });
    await expect(page.getByRole('switch', { name: 'get_book is on' })).not.toBeChecked();
    await page.getByRole('checkbox', { name: 'Select set_price' }).check();
    await page.getByRole('checkbox', { name: 'Select list_orders' }).check();
    await page.getByRole('button', { name: 'Turn off' }).click();
    await expect(page.getByRole('switch', { name: 'set_price is on' })).not.toBeChecked();
    await expect(page.getByRole('switch', { name: 'list_orders is on' })).not.toBeChecked();
    await page.getByRole('checkbox', { name: 'Select set_price' }).uncheck();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await expect(page.getByText('1 tool removed')).toBeVisible();
    await expect(row(page, /list_orders/)).toHaveCount(0);
  });

  await test.step('a client is told of what was made', async () => {
    await gateway.cli('server', 'publish', slug);
    await gateway.cli('server', 'enable', slug);
    const { token } = await makeToken(gateway, 'caller of tools');
    const client = await mcpClient(url, token);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['find_books', 'all_books']));
    expect(tools.map(({ name }) => name)).not.toContain('set_price');
    const find = tools.find(({ name }) => name === 'find_books');
    expect(find?.description).toBe('Finds books by what they are about.');
    expect(Object.keys(find?.inputSchema.properties ?? {})).toEqual(['about', 'max_price']);
    expect(find?.annotations?.openWorldHint).toBe(false);
    const { structuredContent } = await client.callTool({
      name: 'find_books',
      arguments: { about: 'Gödel' },
    });
    // The one book of that title is out of stock, and the fixed argument asks for those in stock.
    expect(structuredContent).toEqual({ books: [] });
    await client.close();
  });
});

test('a list over its budget says so before it is published', async ({ owner: page, gateway }) => {
  const { id, slug } = await makeServer(gateway, 'tools-over-budget');
  await page.goto(`/servers/${id}/tools?add=true`);
  const dialog = await ofBookshop(page);
  await dialog.getByText('All', { exact: true }).first().click();
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(row(page, /cancel_order/)).toBeVisible();
  await expect(page.getByText('This draft cannot be published')).toHaveCount(0);
  await gateway.cli('server', 'update', slug, '--token-budget', '500');
  // Changed elsewhere, it appears without a reload.
  await expect(page.getByText('This draft cannot be published')).toBeVisible();
  await expect(page.getByText(/over its budget/)).toBeVisible();
  await expectAccessible(page);
});

test('search, filters and the open panel stand in the address', async ({ owner: page, gateway }) => {
  const { id } = await makeServer(gateway, 'tools-address');
  await page.goto(`/servers/${id}/tools?add=true`);
  const dialog = await ofBookshop(page);
  await dialog.getByText('All', { exact: true }).first().click();
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('searchbox', { name: 'Search tools' }).fill('order');
  await expect(page.getByText('3 of 6 tools')).toBeVisible();
  await page.getByRole('combobox', { name: 'Which tools' }).click();
  await page.getByRole('option', { name: 'Writing' }).click();
  await expect(page.getByText('2 of 6 tools')).toBeVisible();
  await row(page, /cancel_order/).click();
  await expect(page).toHaveURL(/tool=cancel_order/);
  await page.reload();
  await expect(page.getByRole('dialog').getByText(/^DELETE \//)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByText('2 of 6 tools')).toBeVisible();
});
