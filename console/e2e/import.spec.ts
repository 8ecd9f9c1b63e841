import { expectAccessible } from './axe';
import { expect, test } from './test';

/** A description of which one operation cannot work and one is left out. */
const SHOP = `openapi: 3.1.0
info: { title: Corner shop, version: 2.1.0 }
servers: [{ url: https://shop.example/v2 }]
paths:
  /books:
    get: { operationId: listBooks, summary: List books, tags: [books], responses: { '200': { description: ok } } }
    post: { operationId: addBook, tags: [books], responses: { '201': { description: ok } } }
  /bad/../path:
    get: { operationId: bad, responses: {} }
  /orders:
    get: { operationId: listOrders, tags: [orders], responses: { '200': { description: ok } } }
  /old:
    get: { operationId: old, deprecated: true, responses: { '200': { description: ok } } }
`;

test('an import shows what is refused, where and what to do; the others become tools of a new server', async ({
  owner: page,
}) => {
  await page.goto('/apps');
  await page.getByRole('link', { name: 'Add an API or app' }).click();
  await page.locator('input[type=file]').setInputFiles({
    name: 'shop.yaml',
    mimeType: 'application/yaml',
    buffer: Buffer.from(SHOP),
  });
  await page.getByRole('button', { name: 'Look at what it becomes' }).click();
  await expect(page.getByRole('heading', { name: 'Corner shop' })).toBeVisible();
  await expect(page.getByText('1 operation is refused')).toBeVisible();
  await page.getByText('refused 1', { exact: true }).click();
  const rows = page.getByRole('table', { name: 'Operations of the description' }).getByRole('row');
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1)).toContainText('/bad/../path');
  await expect(rows.nth(1)).toContainText('A path must not hold . or .. as a segment.');
  await expect(rows.nth(1)).toContainText('To do: correct the path.');
  await expect(rows.nth(1)).toContainText('line 9, column 10');
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Add it with 3 actions' }).click();
  await expect(page.getByRole('heading', { name: 'Corner shop', level: 1 })).toBeVisible();
  await expect(page.getByText('3 actions.')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Import report' }).click();
  await page.getByText('excluded 1', { exact: true }).click();
  await page.reload();
  await expect(page.getByRole('table').getByRole('row').nth(1)).toContainText('It is deprecated.');

  await page.getByRole('button', { name: 'Add to MCP server' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add to MCP server' });
  await dialog.getByText('A new server').click();
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Shop desk');
  await dialog.getByRole('searchbox', { name: 'Search actions' }).fill('list');
  await expect(dialog.getByText('2 of 3 actions found')).toBeVisible();
  await dialog.getByRole('button', { name: 'Select all 2' }).click();
  await expect(dialog.getByText(/2 actions selected, about [1-9]\d* tokens/)).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Create with 2 tools' }).click();
  await expect(page).toHaveURL(/\/servers\/srv_[0-9a-f]+\/tools/);
  await expect(page.getByText('listBooks').first()).toBeVisible();
  await expect(page.getByText('listOrders').first()).toBeVisible();
});

test('importing again shows what changes before anything does', async ({ owner: page }) => {
  await page.goto('/apps/new?from=paste');
  const before = SHOP.replaceAll('Corner shop', 'Shop to be imported again');
  await page.getByLabel('Text of the API description').fill(before);
  await page.getByRole('button', { name: 'Look at what it becomes' }).click();
  await page.getByRole('button', { name: 'Add it with 3 actions' }).click();
  await page.getByRole('link', { name: 'Import again' }).click();
  await page.getByText('Paste', { exact: true }).click();
  await page.getByLabel('Text of the API description').fill(before.replace(/ {2}\/orders:\n.*\n/, ''));
  await page.getByRole('button', { name: 'Look at what changes' }).click();
  await expect(page.getByText('0 added, 0 changed, 1 removed, 2 actions the same.')).toBeVisible();
  await expect(page.getByText('listOrders')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Import it' }).click();
  await expect(page.getByText('It was imported.').first()).toBeVisible();
  await page.getByRole('link', { name: 'Actions', exact: true }).click();
  await expect(page.getByText('2 actions.')).toBeVisible();
});

test('an action made by hand is added, changed and deleted', async ({ owner: page }) => {
  await page.goto('/apps/new?from=manual');
  await page.getByRole('textbox', { name: 'Title' }).fill('Weather');
  await page.getByRole('textbox', { name: 'Base URL' }).fill('https://weather.example');
  await page.getByRole('button', { name: 'Add it' }).click();
  await page.getByRole('link', { name: 'Add an action by hand' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('get_weather');
  await page.getByRole('textbox', { name: 'Path' }).fill('/weather/{city}');
  await page.getByRole('textbox', { name: 'Description' }).fill('The weather of a city.');
  await page.getByRole('button', { name: 'Add a parameter' }).click();
  await page.getByRole('textbox', { name: 'Name' }).last().fill('days');
  await page.getByRole('textbox', { name: 'JSON Schema' }).first().fill('{"type": ');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('This is no JSON object.')).toBeVisible();
  await page.getByRole('textbox', { name: 'JSON Schema' }).first().fill('{"type": "integer"}');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page).toHaveURL(/\/actions\/get_weather$/);
  await expect(page.getByRole('heading', { name: 'get_weather' })).toBeVisible();
  await expect(page.getByText('"integer"')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Weather of a city');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Weather of a city', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Delete' }).click();
  await page.getByLabel('Type get_weather to confirm').fill('get_weather');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByText('This app has no actions yet')).toBeVisible();
});
