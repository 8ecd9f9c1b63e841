import { expectAccessible } from './axe';
import { mcpClient } from './mcp';
import { expect, test } from './test';
import { makeToken } from './tokens';

test('calls are summed, by what one chooses, and lead to their log', async ({ owner: page, gateway }) => {
  // Other files of tests may have called before, by other tokens.
  const { id, token } = await makeToken(gateway, 'summed');
  await page.goto(`/activity?token=${id}`);
  await expect(page.getByRole('heading', { name: 'No calls in this time' })).toBeVisible();
  await expectAccessible(page);

  const client = await mcpClient(gateway.ready.mcp_url, token);
  for (let call = 0; call < 3; call += 1) await client.callTool({ name: 'list_books', arguments: {} });
  await client.callTool({ name: 'get_book', arguments: { id: 999_999 } });
  await client.close();

  await expect(async () => {
    await page.reload();
    await expect(page.getByRole('definition').first()).toHaveText('4');
  }).toPass();
  await expect(page.getByText('25 % of calls')).toBeVisible();
  await expect(page.getByRole('figure')).toHaveCount(3);
  await expect(page.getByRole('table', { name: 'Calls by server' })).toContainText('Demo bookshop');
  await expectAccessible(page);

  await page.getByRole('radiogroup', { name: 'Summed by' }).getByText('Tools').click();
  await expect(page).toHaveURL(/by=tool/);
  const tools = page.getByRole('table', { name: 'Calls by tool' });
  await expect(tools.getByRole('row').filter({ hasText: 'get_book' })).toContainText('1 (100 %)');
  await tools.getByRole('link', { name: 'get_book', exact: true }).click();
  await expect(page.getByRole('definition').first()).toHaveText('1');
  await page.reload();
  await expect(page.getByRole('definition').first()).toHaveText('1');
  await page.getByRole('button', { name: 'Remove: Tool: get_book' }).click();
  await expect(page.getByRole('definition').first()).toHaveText('4');

  await tools.getByRole('link', { name: 'Request log of get_book' }).click();
  await expect(page).toHaveURL(/\/requests\?.*tool=get_book/);
  const rows = page.getByRole('table', { name: 'Requests' }).getByRole('row');
  await expect(rows.filter({ hasText: 'get_book' })).toHaveCount(1);
});

test('calls are summed by token and user', async ({ owner: page, gateway }) => {
  const { id, token } = await makeToken(gateway, 'one of the account’s own');
  const client = await mcpClient(gateway.ready.mcp_url, token);
  await client.callTool({ name: 'list_books', arguments: {} });
  await client.close();
  await page.goto(`/activity?by=token&token=${id}`);
  await expect(page.getByRole('table', { name: 'Calls by token' })).toContainText('one of the account’s own');
  await page.goto('/activity?by=user&days=7');
  await expect(page.getByRole('table', { name: 'Calls by user' })).toContainText('the account’s own tokens');
});
