import { expectAccessible } from './axe';
import { mcpClient } from './mcp';
import { expect, secretOf, test } from './test';
import { makeToken } from './tokens';

test('a token is made, used by a real client, and revoked: the client is refused', async ({
  owner: page,
  gateway,
}) => {
  await page.goto('/tokens');
  await page.getByRole('button', { name: 'Create token' }).click();
  const dialog = page.getByRole('dialog', { name: 'Create a token' });
  await dialog.getByRole('button', { name: 'Create token' }).click();
  await expect(dialog).toContainText('Give it a name');
  await dialog.getByLabel('Name').fill('agent of the shop');
  await dialog.getByRole('combobox', { name: 'Expires' }).click();
  await page.getByRole('option', { name: 'in 4 hours' }).click();
  await dialog.getByRole('radiogroup', { name: 'MCP servers' }).getByText('Chosen').click();
  await dialog.getByRole('combobox', { name: 'MCP servers' }).click();
  await page.getByRole('option', { name: /Demo bookshop/ }).click();
  await page.keyboard.press('Escape');
  await dialog.getByRole('switch', { name: 'Read-only' }).check({ force: true });
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Create token' }).click();
  const secret = await secretOf(dialog);
  expect(secret).toMatch(/^gwt_/);
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByTestId('secret')).toHaveCount(0);

  const client = await mcpClient(gateway.ready.mcp_url, secret);
  const { tools } = await client.listTools();
  // Read-only: no tool that writes is shown.
  expect(tools.map(({ name }) => name).sort()).toEqual(['get_book', 'list_books', 'list_orders']);
  await client.callTool({ name: 'list_books', arguments: {} });

  const row = page
    .getByRole('table', { name: 'Tokens' })
    .getByRole('row')
    .filter({ hasText: 'agent of the' });
  await expect(row).toContainText('1 server · read-only');
  await row.press('Enter');
  const drawer = page.getByRole('dialog', { name: 'agent of the shop', exact: true });
  await expectAccessible(page);
  await drawer.getByRole('button', { name: 'Revoke' }).click();
  await page
    .getByRole('dialog', { name: /^Revoke/ })
    .getByRole('button', { name: 'Revoke' })
    .click();
  await expect(drawer).toContainText('revoked');
  await expect(client.callTool({ name: 'list_books', arguments: {} })).rejects.toThrow();
  await expect(mcpClient(gateway.ready.mcp_url, secret)).rejects.toThrow();

  await drawer.getByRole('button', { name: 'Delete' }).click();
  await page
    .getByRole('dialog', { name: /^Delete/ })
    .getByRole('button', { name: 'Delete' })
    .click();
  await expect(row).toHaveCount(0);
});

test('a token is rotated: for its overlap the old one works beside the new one', async ({
  owner: page,
  gateway,
}) => {
  const old = await makeToken(gateway, 'rotated');
  await page.goto(`/tokens?token=${old.id}`);
  await page.getByRole('button', { name: 'Rotate' }).click();
  const dialog = page.getByRole('dialog', { name: 'Rotate rotated' });
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Rotate' }).click();
  const secret = await secretOf(dialog);
  for (const token of [old.token, secret]) {
    const client = await mcpClient(gateway.ready.mcp_url, token);
    await client.listTools();
    await client.close();
  }
});

test('the inventory says what should go, and its filters survive a reload', async ({
  owner: page,
  gateway,
}) => {
  const api = await gateway.api();
  const scope = { servers: 'all' as const, tools: 'all' as const, read_only: false };
  await api.POST('/api/v1/tokens', { body: { name: 'ends soon', scope, expires_in_seconds: 3600 } });
  await makeToken(gateway, 'ends never');
  await page.goto('/tokens');
  const table = page.getByRole('table', { name: 'Tokens' });
  await expect(table).toContainText('ends never');
  await page.getByRole('combobox', { name: 'Ending' }).click();
  await page.getByRole('option', { name: 'Ends within 7 days' }).click();
  await expect(table).toContainText('ends soon');
  await expect(table).not.toContainText('ends never');
  await page.reload();
  await expect(table).toContainText('ends soon');
  await expect(table).not.toContainText('ends never');
  await page.getByRole('combobox', { name: 'Unused for' }).click();
  await page.getByRole('option', { name: 'Unused for 365 days' }).click();
  await expect(page.getByRole('heading', { name: 'No token fits' })).toBeVisible();
  await expectAccessible(page);
});
