import type { Page } from '@playwright/test';
import { expectAccessible } from './axe';
import { makeServer, makeShop } from './servers';
import { expect, test } from './test';

const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

test('a server is made from scratch, found, and looked at by other order and state', async ({
  owner,
  gateway,
}) => {
  await owner.goto('/servers');
  await expect(row(owner, 'Demo bookshop').getByText('/mcp/local/demo-bookshop')).toBeVisible();
  await expectAccessible(owner);

  await owner.getByRole('button', { name: 'Create MCP server' }).click();
  const dialog = owner.getByRole('dialog', { name: 'Create MCP server' });
  await dialog.getByLabel('Name').fill('Köln support desk');
  await expect(dialog.getByLabel('Slug')).toHaveValue('koln-support-desk');
  await expect(dialog.getByText(`${gateway.base}/mcp/local/koln-support-desk`)).toBeVisible();
  await expectAccessible(owner);
  await dialog.getByLabel('Slug').fill('demo-bookshop');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(dialog.getByText('another server of the account has this slug')).toBeVisible();
  await dialog.getByLabel('Slug').fill('support');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(owner.getByRole('heading', { level: 1, name: 'Köln support desk' })).toBeVisible();
  await expect(owner.getByText('Not published')).toBeVisible();

  await owner.getByRole('link', { name: 'MCP servers' }).first().click();
  await owner.getByRole('searchbox').fill('köln');
  await expect(owner).toHaveURL(/q=k%C3%B6ln/);
  await expect(row(owner, 'Demo bookshop')).toBeHidden();
  await owner.reload();
  await expect(owner.getByRole('searchbox')).toHaveValue('köln');
  await expect(row(owner, 'Köln support desk')).toBeVisible();
  await expect(row(owner, 'Demo bookshop')).toBeHidden();
  await owner.getByRole('searchbox').fill('');
  await owner.getByText('Off', { exact: true }).click();
  await expect(owner).toHaveURL(/state=off/);
  await expect(row(owner, 'Demo bookshop')).toBeHidden();
  await owner.getByText('On', { exact: true }).first().click();
  await expect(row(owner, 'Köln support desk')).toBeHidden();
  await owner.getByText('All', { exact: true }).click();

  const newest = owner.getByRole('row').nth(1);
  await owner.getByRole('combobox', { name: 'Sort' }).click();
  await owner.getByRole('option', { name: 'Last changed first' }).click();
  await expect(owner).toHaveURL(/sort=updated/);
  await expect(newest).toContainText('Köln support desk');
});

test('a server is made of chosen operations of an app', async ({ owner }) => {
  await owner.goto('/servers?create=app');
  const dialog = owner.getByRole('dialog', { name: 'Create MCP server' });
  await dialog.getByRole('combobox', { name: 'API or app' }).click();
  await owner.getByRole('option', { name: 'Demo bookshop' }).click();
  await dialog.getByLabel('Name').fill('Read the shop');
  await dialog.getByLabel('list_books').check();
  await dialog.getByLabel('get_book').check();
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(owner.getByRole('heading', { level: 1, name: 'Read the shop' })).toBeVisible();
  await owner.goto('/servers?q=read-the-shop');
  await expect(row(owner, 'Read the shop').getByRole('cell').nth(3)).toHaveText('2');
});

test('a switch goes back, and says so, where the change is refused', async ({ owner, gateway }) => {
  // What others change is told by a stream: without it, what is on the screen is old for a while.
  await owner.route('**/api/v1/events', (route) => route.abort());
  const { slug } = await makeShop(gateway, 'Shop with a switch');
  await owner.goto('/servers?q=switch');
  const toggle = row(owner, 'Shop with a switch').getByRole('switch');
  await expect(toggle).toBeChecked();
  await gateway.cli('server', 'update', slug, '--description', 'Changed by somebody else');
  await toggle.press(' ');
  await expect(owner.getByRole('alert').filter({ hasText: 'Somebody has changed this' })).toBeVisible();
  await expect(toggle).toBeChecked();
  await expect(row(owner, 'Shop with a switch').getByText('Still on')).toBeVisible();
  await expectAccessible(owner);

  await owner.reload();
  await toggle.press(' ');
  await expect(toggle).not.toBeChecked();
  expect(await gateway.cli('server', 'get', slug, '--json')).toContain('"enabled":false');
  await toggle.press(' ');
  await expect(toggle).toBeChecked();
});

test('many are turned on and off at once, and each that is refused says why', async ({ owner, gateway }) => {
  await makeServer(gateway, 'Many: draft');
  await makeShop(gateway, 'Many: shop');
  await owner.goto('/servers?q=Many%3A');
  await expect(row(owner, 'Many: draft').getByRole('switch')).toBeDisabled();
  await owner.getByRole('checkbox', { name: 'Select Many: shop' }).check();
  await owner.getByRole('checkbox', { name: 'Select Many: draft' }).check();
  const bar = owner.getByRole('group', { name: 'What to do with the selected servers' });
  await expect(bar).toContainText('2 selected');
  await bar.getByRole('button', { name: 'Turn off' }).click();
  await expect(row(owner, 'Many: shop').getByRole('switch')).not.toBeChecked();
  await owner.getByRole('checkbox', { name: 'Select Many: shop' }).check();
  await owner.getByRole('checkbox', { name: 'Select Many: draft' }).check();
  await bar.getByRole('button', { name: 'Turn on' }).click();
  const refusal = owner.getByRole('alert').filter({ hasText: '1 server could not be turned on' });
  await expect(refusal).toContainText('Many: draft');
  await expect(row(owner, 'Many: shop').getByRole('switch')).toBeChecked();
  await expectAccessible(owner);
});

test('the actions of a row lead on; a clone is deleted, restored, and purged', async ({ owner, gateway }) => {
  await makeShop(gateway, 'Shop to be cloned');
  await owner.goto('/servers?q=clone');
  const act = async (name: string, action: string) => {
    await owner.getByRole('button', { name: `Actions for ${name}` }).click();
    await owner.getByRole('menuitem', { name: action, exact: true }).click();
  };
  for (const [action, place] of [
    ['Test', 'test'],
    ['Connect a client', 'connect'],
    ['Request logs', 'requests'],
    ['Audit log', 'audit'],
    ['Edit', 'tools'],
  ] as const) {
    await act('Shop to be cloned', action);
    await expect(owner).toHaveURL(new RegExp(`/servers/srv_[0-9a-f]+/${place}`));
    await owner.goBack();
  }
  await act('Shop to be cloned', 'What it uses');
  const uses = owner.getByRole('dialog', { name: 'What Shop to be cloned uses' });
  await expect(uses.getByRole('listitem')).toContainText(/\d tools/);
  await expectAccessible(owner);
  await uses.getByRole('button', { name: 'Close' }).click();

  await act('Shop to be cloned', 'Clone');
  const clone = owner.getByRole('dialog', { name: 'Clone Shop to be cloned' });
  await clone.getByLabel('Name').fill('Cloned shop');
  await clone.getByRole('button', { name: 'Clone' }).click();
  await expect(owner.getByRole('heading', { level: 1, name: 'Cloned shop' })).toBeVisible();

  await owner.goto('/servers?q=clone');
  await act('Cloned shop', 'Delete');
  const deletion = owner.getByRole('dialog', { name: 'Delete Cloned shop?' });
  await expect(deletion.getByRole('button', { name: 'Delete' })).toBeDisabled();
  await deletion.getByRole('textbox').fill('cloned-shop');
  await deletion.getByRole('button', { name: 'Delete' }).click();
  await expect(row(owner, 'Cloned shop')).toBeHidden();

  await owner.getByText('Deleted', { exact: true }).click();
  await expectAccessible(owner);
  await row(owner, 'Cloned shop').getByRole('button', { name: 'Restore' }).click();
  await expect(row(owner, 'Cloned shop')).toBeHidden();
  await owner.getByText('All', { exact: true }).click();
  await act('Cloned shop', 'Delete');
  await deletion.getByRole('textbox').fill('cloned-shop');
  await deletion.getByRole('button', { name: 'Delete' }).click();
  await owner.getByText('Deleted', { exact: true }).click();
  await row(owner, 'Cloned shop').getByRole('button', { name: 'Purge' }).click();
  const purge = owner.getByRole('dialog', { name: 'Purge Cloned shop?' });
  await purge.getByRole('textbox').fill('cloned-shop');
  await purge.getByRole('button', { name: 'Purge' }).click();
  await expect(row(owner, 'Cloned shop')).toBeHidden();
});

test('an exported server becomes another one', async ({ owner, gateway }) => {
  const { slug } = await makeShop(gateway, 'Shop to be exported');
  const file = await gateway.cli('server', 'export', slug);
  await owner.goto('/servers?create=file');
  const dialog = owner.getByRole('dialog', { name: 'Create MCP server' });
  await dialog.getByLabel('Or its text').fill('gatewright: server/1\nslug: x\nname: X\nsurprise: true\n');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(dialog.getByRole('alert')).toContainText('surprise');
  await dialog.getByRole('button', { name: 'Choose a file' }).waitFor();
  await dialog
    .locator('input[type=file]')
    .setInputFiles({ name: 'shop.yaml', mimeType: 'application/yaml', buffer: Buffer.from(file) });
  await dialog.getByLabel('Another slug').fill('imported-shop');
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(owner).toHaveURL(/\/servers\/srv_[0-9a-f]+\/tools/);
  expect(await gateway.cli('server', 'get', 'imported-shop', '--json')).toContain('"tool_count":6');
});
