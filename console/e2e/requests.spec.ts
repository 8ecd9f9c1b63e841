import { readFile } from 'node:fs/promises';
import { expectAccessible } from './axe';
import { mcpClient } from './mcp';
import { makeShop } from './servers';
import { expect, test } from './test';
import { makeToken } from './tokens';

/** A server that keeps the arguments and results of its calls. */
let shop: Awaited<ReturnType<typeof makeShop>>;

test.beforeAll(async ({ gateway }) => {
  shop = await makeShop(gateway, 'Shop that remembers');
  await gateway.cli('server', 'update', shop.slug, '--log-payloads', 'true');
});

test('a call of a real client appears in the live log, and is there in full', async ({
  owner: page,
  gateway,
}) => {
  const { id, token } = await makeToken(gateway, 'live');
  await page.goto(`/requests?principal=${id}`);
  await page.getByRole('switch', { name: 'Live' }).check({ force: true });
  await expect(page).toHaveURL(/live=true/);
  const log = page.getByRole('table', { name: 'Requests' });
  await expect(page.getByRole('heading', { name: 'No request fits' })).toBeVisible();

  const client = await mcpClient(shop.url, token);
  await client.callTool({ name: 'list_books', arguments: { query: 'compiler' } });
  const row = log.getByRole('row').filter({ hasText: 'list_books' });
  await expect(row).toContainText('ok');
  await expect(row).toContainText('console-e2e');
  await expectAccessible(page);

  // The second appears on top of the first, without a reload.
  await client.callTool({ name: 'get_book', arguments: { id: 999_999 } });
  await expect(log.getByRole('row').nth(1)).toContainText('get_book');
  await expect(log.getByRole('row').nth(1)).toContainText('tool error');
  await client.close();

  await row.press('Enter');
  const drawer = page.getByRole('dialog', { name: 'Request: list_books' });
  await expect(drawer).toContainText('Gatewright');
  await expect(drawer).toContainText('Status of the API');
  await expect(drawer).toContainText('"query": "compiler"');
  await expect(page).toHaveURL(/request=req_/);
  await expectAccessible(page);
});

test('a call is copied as curl, and replayed as a dry run', async ({ owner: page, gateway, context }) => {
  const { id, token } = await makeToken(gateway, 'copied');
  const client = await mcpClient(shop.url, token);
  await client.callTool({ name: 'list_books', arguments: { max_price: 20 } });
  await client.close();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`/requests?tool=list_books&principal=${id}`);
  await page.getByRole('row').filter({ hasText: 'list_books' }).click();

  await page.getByRole('tab', { name: 'curl' }).click();
  await page.getByRole('button', { name: 'Copy: The call at the MCP server' }).click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain('curl');
  expect(copied).toContain('list_books');
  expect(copied).not.toContain(token);

  await page.getByRole('tab', { name: 'Replay' }).click();
  await page.getByRole('button', { name: 'Replay as dry run' }).click();
  const drawer = page.getByRole('dialog');
  await expect(drawer).toContainText('The request that would be sent');
  await expect(drawer).toContainText(/GET http.*max_price=20/);
  await expectAccessible(page);

  // The part that is open stands in the address.
  await page.reload();
  await expect(page.getByRole('tab', { name: 'Replay', selected: true })).toBeVisible();
});

test('filters stand in the address and survive a reload', async ({ owner: page, gateway }) => {
  const { id, url } = await makeShop(gateway, 'Shop with failures');
  const { token } = await makeToken(gateway, 'filtered');
  const client = await mcpClient(url, token);
  await client.callTool({ name: 'list_orders', arguments: {} });
  await client.callTool({ name: 'get_book', arguments: { id: 999_999 } });
  await client.close();
  await page.goto(`/servers/${id}/requests`);
  await page.getByRole('combobox', { name: 'Outcome' }).click();
  await page.getByRole('option', { name: 'any failure' }).click();
  await page.getByRole('combobox', { name: 'Time frame' }).click();
  await page.getByRole('option', { name: 'Last hour' }).click();
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByRole('searchbox', { name: 'Tool', exact: true }).fill('get_book');
  await expect(page).toHaveURL(/outcome=failed/);
  await expect(page).toHaveURL(/tool=get_book/);
  await page.reload();
  await expect(page.getByRole('searchbox', { name: 'Tool', exact: true })).toHaveValue('get_book');
  const rows = page.getByRole('table', { name: 'Requests' }).getByRole('row');
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1)).toContainText('get_book');

  await page.getByRole('searchbox', { name: 'Tool', exact: true }).fill('no_such_tool');
  await expect(page.getByRole('heading', { name: 'No request fits' })).toBeVisible();
  await expectAccessible(page);
});

test('what fits is exported, of one server too', async ({ owner: page, gateway }) => {
  const { token } = await makeToken(gateway, 'exported');
  const client = await mcpClient(shop.url, token);
  await client.callTool({ name: 'list_books', arguments: {} });
  await client.close();
  await page.goto(`/servers/${shop.id}/requests?method=tools%2Fcall`);
  await expect(page.getByRole('row').filter({ hasText: 'list_books' }).first()).toBeVisible();
  await page.getByRole('button', { name: 'Export' }).click();
  const downloading = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'As JSON Lines' }).click();
  const text = await readFile(await (await downloading).path(), 'utf8');
  const rows = text
    .trim()
    .split('\n')
    .map((line): { method: string; server: string } => JSON.parse(line));
  expect(rows.length).toBeGreaterThan(0);
  expect(new Set(rows.map(({ method }) => method))).toEqual(new Set(['tools/call']));
  expect(new Set(rows.map(({ server }) => server))).toEqual(new Set([shop.slug]));
});
