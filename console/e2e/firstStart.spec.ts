import type { Page } from '@playwright/test';
import { expectAccessible } from './axe';
import { Gateway } from './gateway';
import { mcpClient } from './mcp';
import { expect, test } from './test';

/** A gateway that nobody has set up yet; the fixture's has its owner. */
const fresh = test.extend<{ unclaimed: Gateway }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from the pattern
  unclaimed: async ({}, use) => {
    const gateway = await Gateway.start();
    await use(gateway);
    await gateway.stop();
  },
});

/** Becomes the owner by the one-time link. */
async function setUp(page: Page, gateway: Gateway) {
  await page.goto(gateway.ready.setup_url);
  await expectAccessible(page);
  await page.getByLabel('E-mail address').fill('grace@example.com');
  await page.getByLabel('Name').fill('Grace Hopper');
  await page.locator('input[name=password]').fill('nanoseconds matter');
  await page.getByRole('button', { name: 'Create the owner' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'First steps' })).toBeVisible();
}

/** Makes a token in the third step, and connects a client with what stands there. */
async function connect(page: Page) {
  const step = page.getByRole('region', { name: 'Connect a client' });
  await step.getByRole('button', { name: 'Create token' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create a token' });
  await dialog.getByLabel('Name').fill('My first client');
  await dialog.getByRole('button', { name: 'Create token' }).click();
  const token = (await dialog.getByTestId('secret').textContent()) ?? '';
  await dialog.getByRole('button', { name: 'Done' }).click();
  await step.getByRole('button', { name: 'Claude Code', exact: true }).click();
  const snippet = step.getByText('claude mcp add');
  await expect(snippet).toContainText(token);
  const url = /https?:\/\/\S+\/mcp\/\S+/.exec((await snippet.textContent()) ?? '')?.[0] ?? '';
  return mcpClient(url, token);
}

fresh('from the set-up link to the first call of a client', async ({ page, unclaimed }) => {
  await setUp(page, unclaimed);
  await expect(page.getByRole('heading', { name: /Add an API.*done/ })).toBeVisible();
  await expect(page.getByRole('heading', { name: /Choose tools.*done/ })).toBeVisible();
  await expect(page.getByText('Waiting for the first call')).toBeVisible();
  await expectAccessible(page);

  const client = await connect(page);
  await client.listTools();
  await expect(page.getByText('has asked what there is')).toBeVisible();
  await client.callTool({ name: 'get_book', arguments: { id: 1 } });
  const call = page.getByRole('region', { name: 'Your first call' });
  await expect(call.getByText('It works')).toBeVisible();
  await expect(call.getByRole('alert')).toContainText('get_book');
  await expect(call.getByRole('alert')).toContainText('console-e2e');
  await expect(page.getByRole('heading', { name: /Connect a client.*done/ })).toBeVisible();
  await expectAccessible(page);
  await client.close();

  await page.goto(unclaimed.ready.setup_url);
  await page.getByLabel('E-mail address').fill('eve@example.com');
  await page.locator('input[name=password]').fill('another password');
  await page.getByRole('button', { name: 'Create the owner' }).click();
  await expect(page.getByRole('alert')).toContainText('Code: ');
});

fresh(
  'without any server one is led to the first steps, and makes one there',
  async ({ page, unclaimed }) => {
    await unclaimed.cli('server', 'delete', 'demo-bookshop');
    await setUp(page, unclaimed);
    await page.goto(unclaimed.base);
    await expect(page).toHaveURL(/\/start/);
    await expect(page.getByText('Publish a server first')).toBeVisible();
    await expectAccessible(page);
    await page.goto(`${unclaimed.base}/servers`);
    await expect(page.getByText('No MCP server yet')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Create MCP server' })).toHaveCount(1);
    await expectAccessible(page);

    await page.goto(`${unclaimed.base}/start`);
    await page.getByRole('button', { name: 'Create MCP server' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create MCP server' });
    await dialog.getByRole('combobox', { name: 'API or app' }).click();
    await page.getByRole('option', { name: 'Demo bookshop' }).click();
    await dialog.getByLabel('Name').fill('My shop');
    await dialog.getByLabel('list_books').check();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('button', { name: 'Publish' }).click();
    const publish = page.getByRole('dialog', { name: 'Publish My shop' });
    await expect(publish.getByLabel('Turn the server on')).toBeChecked();
    await publish.getByRole('button', { name: 'Publish' }).click();
    await expect(page.getByRole('switch').first()).toBeChecked();

    await page.goto(`${unclaimed.base}/start`);
    await expect(page.getByText('My shop publishes 1 tool.')).toBeVisible();
    const client = await connect(page);
    await client.callTool({ name: 'list_books', arguments: {} });
    await expect(page.getByText('It works')).toBeVisible();
    await client.close();
  },
);
