import { readFile } from 'node:fs/promises';
import { expectAccessible } from './axe';
import { makeServer, makeShop } from './servers';
import { expect, test } from './test';

test('a change is shown with what was before and after', async ({ owner: page, gateway }) => {
  const { id, slug } = await makeServer(gateway, 'Audited once');
  await gateway.cli('server', 'update', slug, '--description', 'Books and orders');
  await page.goto('/audit');
  await page.getByRole('searchbox', { name: 'Event, such as token.create' }).fill('server.update');
  await expect(page).toHaveURL(/event=server.update/);
  const rows = page.getByRole('table', { name: 'Changes' }).getByRole('row');
  await expect(rows.filter({ hasNotText: 'server.update' })).toHaveCount(1); // its head
  await expectAccessible(page);

  await rows.nth(1).press('Enter');
  const drawer = page.getByRole('dialog', { name: 'Change: server.update' });
  const change = drawer.getByRole('row').filter({ hasText: 'description' });
  await expect(change.getByRole('cell').nth(1)).toHaveText('− ""');
  await expect(change.getByRole('cell').nth(2)).toHaveText('+ "Books and orders"');
  await expectAccessible(page);

  await drawer.getByRole('link', { name: 'All changes of this object' }).click();
  await expect(page).toHaveURL(new RegExp(`object=${id}`));
});

test('actor and time frame narrow the log, of one server too, and survive a reload', async ({
  owner: page,
  gateway,
}) => {
  const { id } = await makeShop(gateway, 'Audited shop');
  await page.goto(`/servers/${id}/audit`);
  const rows = page.getByRole('table', { name: 'Changes' }).getByRole('row');
  await expect(rows.filter({ hasText: 'server.publish' })).toHaveCount(1);
  await page.getByRole('searchbox', { name: 'Who: kind, id or name' }).fill('nobody');
  await expect(page.getByRole('heading', { name: 'No change fits' })).toBeVisible();
  await page.getByRole('combobox', { name: 'Time frame' }).click();
  await page.getByRole('option', { name: 'Last 24 hours' }).click();
  await page.getByRole('searchbox', { name: 'Who: kind, id or name' }).fill('operator');
  await expect(rows.filter({ hasText: 'server.publish' })).toHaveCount(1);
  await page.reload();
  await expect(page.getByRole('combobox', { name: 'Time frame' })).toHaveValue('Last 24 hours');
  await expect(rows.filter({ hasText: 'server.publish' })).toHaveCount(1);
});

test('the log is downloaded and its chain verified, against a checkpoint', async ({ owner: page }) => {
  await page.goto('/audit');
  await page.getByRole('button', { name: 'Download' }).click();
  const downloading = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'As CSV' }).click();
  const csv = await readFile(await (await downloading).path(), 'utf8');
  expect(csv).toContain('server.publish');

  await page.getByRole('button', { name: 'Verify' }).click();
  const dialog = page.getByRole('dialog', { name: 'Verify the audit log' });
  const taking = page.waitForEvent('download');
  await dialog.getByRole('link', { name: 'Download a checkpoint' }).click();
  const checkpoint = await readFile(await (await taking).path(), 'utf8');
  await dialog.getByLabel('Checkpoint (JSON), if you have one').fill('no checkpoint');
  await expect(dialog.getByRole('button', { name: 'Verify' })).toBeDisabled();
  await dialog.getByLabel('Checkpoint (JSON), if you have one').fill(checkpoint);
  await dialog.getByRole('button', { name: 'Verify' }).click();
  await expect(dialog.getByRole('status')).toHaveText(/^The log is intact: \d+ rows\.$/);
  await expectAccessible(page);

  // One that was signed over something else is refused, and it is said why.
  const forged = JSON.stringify({ ...JSON.parse(checkpoint), seq: 1 });
  await dialog.getByLabel('Checkpoint (JSON), if you have one').fill(forged);
  await dialog.getByRole('button', { name: 'Verify' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
});
