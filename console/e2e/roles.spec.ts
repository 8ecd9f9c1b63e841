import type { Page } from '@playwright/test';
import { expectAccessible } from './axe';
import { mcpClient } from './mcp';
import { accept } from './people';
import { expect, secretOf, test } from './test';
import { makeToken } from './tokens';

/** Invites a person by hand, and returns the link. */
async function invite(page: Page, email: string, role: string): Promise<string> {
  await page.goto('/users?invite=true');
  const dialog = page.getByRole('dialog', { name: 'Invite a person' });
  await dialog.getByLabel('E-mail address').fill(email);
  await dialog.getByRole('combobox', { name: 'Role' }).click();
  await page.getByRole('option', { name: role }).click();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Invite' }).click();
  const link = await secretOf(dialog);
  await dialog.getByRole('button', { name: 'Done' }).click();
  return link;
}

const place = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Navigation' }).getByRole('link', { name, exact: true });

test('a member sees its own tokens alone, and calls what it was granted', async ({
  owner,
  gateway,
  browser,
}) => {
  const link = await invite(owner, 'mia@example.com', 'Member');
  await owner.getByRole('link', { name: 'mia@example.com' }).click();
  await owner.getByRole('button', { name: 'Add grant' }).click();
  const granting = owner.getByRole('dialog', { name: 'Grant an MCP server' });
  await granting.getByRole('combobox', { name: 'MCP server' }).click();
  await owner.getByRole('option', { name: 'Demo bookshop' }).click();
  await expectAccessible(owner);
  await granting.getByRole('button', { name: 'Save' }).click();
  await expect(owner.getByText('mcp:read')).toBeVisible();

  const page = await accept(browser, link);
  await expect(page).toHaveURL(/\/me$/);
  await expect(page.getByRole('heading', { name: 'No tokens yet' })).toBeVisible();
  for (const name of ['MCP servers', 'Request logs', 'Audit log', 'Tokens', 'Users and roles']) {
    await expect(place(page, name)).toHaveAttribute('aria-disabled', 'true');
  }
  for (const path of ['/requests', '/audit', '/activity', '/tokens', '/users', '/limits']) {
    await page.goto(path);
    await expect(page.getByRole('heading', { name: 'You may not see this' })).toBeVisible();
  }
  await expectAccessible(page);

  await page.goto('/me?create=true');
  const dialog = page.getByRole('dialog', { name: 'Create a token' });
  await dialog.getByLabel('Name').fill('my laptop');
  await dialog.getByRole('button', { name: 'Create token' }).click();
  const secret = await secretOf(dialog);
  const client = await mcpClient(gateway.ready.mcp_url, secret);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name).sort()).toEqual(['get_book', 'list_books', 'list_orders']);
  await client.close();

  // Shut out, it is neither let in nor are its tokens.
  await owner.getByRole('switch', { name: 'Shut out' }).check({ force: true });
  await owner.getByRole('button', { name: 'Save' }).click();
  await expect(owner.getByText('disabled', { exact: true })).toBeVisible();
  await expect(mcpClient(gateway.ready.mcp_url, secret)).rejects.toThrow();
  await page.goto('/me');
  await expect(page).toHaveURL(/\/sign-in/);
  await page.context().close();
});

test('an auditor reads everything and changes nothing', async ({ owner, gateway, browser }) => {
  await makeToken(gateway, 'seen by an auditor');
  const page = await accept(browser, await invite(owner, 'ora@example.com', 'Auditor'));
  await page.goto('/audit');
  await expect(page.getByRole('table', { name: 'Changes' })).toContainText('ora@example.com');
  await page.goto('/users');
  await expect(page.getByRole('table', { name: 'Users' })).toContainText('ada@example.com');
  await expect(page.getByRole('button', { name: 'Invite' })).toBeDisabled();
  await page.goto('/tokens');
  await page.getByRole('row').filter({ hasText: 'seen by an auditor' }).press('Enter');
  await expect(page.getByRole('button', { name: 'Revoke' })).toBeDisabled();
  await page.goto('/limits');
  await expect(page.getByRole('button', { name: 'Create limit' })).toBeDisabled();
  await page.goto('/account');
  await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled();
  await expectAccessible(page);
  await page.context().close();
});

test('a manager builds servers and sees their logs, not people nor the audit log', async ({
  owner,
  browser,
}) => {
  const page = await accept(browser, await invite(owner, 'max@example.com', 'Manager'));
  await expect(page).toHaveURL(/\/servers$/);
  await page.goto('/requests');
  await expect(page.getByRole('heading', { name: 'Request logs' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'You may not see this' })).toHaveCount(0);
  await page.goto('/limits?');
  await expect(page.getByRole('button', { name: 'Create limit' }).first()).toBeEnabled();
  for (const path of ['/audit', '/users', '/tokens']) {
    await page.goto(path);
    await expect(page.getByRole('heading', { name: 'You may not see this' })).toBeVisible();
  }
  await page.context().close();
});
