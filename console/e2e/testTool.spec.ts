import { expectAccessible } from './axe';
import { makeServer } from './servers';
import { expect, test } from './test';

test('a tool of a draft is run from its form, kept as a test case, and run again', async ({
  owner: page,
  gateway,
}) => {
  test.slow();
  const { id, slug } = await makeServer(gateway, 'test-by-hand');
  await page.goto(`/servers/${id}/test`);
  await page.getByText('Published', { exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Nothing to test yet' })).toBeVisible();
  await expectAccessible(page);
  for (const action of ['list_books', 'get_book']) {
    await gateway.cli('tool', 'add', slug, 'demo-bookshop', action);
  }
  await page.goto(`/servers/${id}/test?tool=get_book`);
  const result = page.getByRole('region', { name: 'Result' });

  await test.step('what does not fit is refused at its field, and nothing is sent', async () => {
    await expect(page.getByText('Run the tool to see what it answers.')).toBeVisible();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await expect(page.getByText('It is required.')).toBeVisible();
    await page.getByLabel('id').fill('0');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await expect(page.getByText('0 is less than 1.')).toBeVisible();
    await expect(page.getByText('Run the tool to see what it answers.')).toBeVisible();
    await expectAccessible(page);
  });

  await test.step('the result is shown with its time and size', async () => {
    await page.getByLabel('id').fill('3');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await expect(result.getByText('Succeeded')).toBeVisible();
    await expect(result.getByText('HTTP 200', { exact: true })).toBeVisible();
    await expect(result.getByText('"The Design of Everyday Things"')).toBeVisible();
    await expect(result.getByText(/ms in all .* received/)).toBeVisible();
    await expectAccessible(page);
    await result.getByRole('tab', { name: 'Structured' }).click();
    await expect(result.getByText('"Don Norman"')).toBeVisible();
  });

  await test.step('form and JSON are in step', async () => {
    await page.getByText('JSON', { exact: true }).click();
    const editor = page.getByRole('textbox', { name: 'Arguments' });
    await expect(editor).toContainText('"id": 3');
    await editor.fill('{"id": 2');
    await expect(page.getByText(/This is no JSON/)).toBeVisible();
    await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();
    await editor.fill('{"id": 2}');
    await page.getByText('Form', { exact: true }).click();
    await expect(page.getByLabel('id')).toHaveValue('2');
  });

  await test.step('a test case is kept, run, changed, renamed and deleted', async () => {
    await page.getByRole('button', { name: 'Save as a test case' }).click();
    const dialog = page.getByRole('dialog', { name: 'Save as a test case' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('A book');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(page).toHaveURL(/case=/);
    await page.getByRole('button', { name: 'Run A book' }).click();
    await expect(page.getByText('1 of 1 succeeded')).toBeVisible();
    await page.getByLabel('id').fill('999');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await expect(page.getByRole('button', { name: 'Save changes' })).toBeDisabled();
    await page.getByRole('button', { name: 'Run all' }).click();
    await expect(page.getByText('0 of 1 succeeded')).toBeVisible();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Actions for A book' }).click();
    await page.getByRole('menuitem', { name: 'Rename' }).click();
    const rename = page.getByRole('dialog', { name: 'Rename the test case' });
    await rename.getByRole('textbox', { name: 'Name' }).fill('A book that is not there');
    await rename.getByRole('button', { name: 'Save' }).click();
    await expect(rename).toBeHidden();
    await page.reload();
    await expect(page.getByLabel('id')).toHaveValue('999');
    await page.getByRole('button', { name: 'Actions for A book that is not there' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect(page.getByText(/None yet/)).toBeVisible();
    await expect(page).not.toHaveURL(/case=/);
  });
});

test('a failed call says how it failed, and the log says that it was a test', async ({
  owner: page,
  gateway,
}) => {
  const { id, slug } = await makeServer(gateway, 'test-failure');
  await gateway.cli('tool', 'add', slug, 'demo-bookshop', 'get_book');
  await page.goto(`/servers/${id}/test`);
  await page.getByRole('combobox', { name: 'Tool' }).click();
  await page.getByRole('option', { name: /get_book/ }).click();
  await page.getByLabel('id').fill('999');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const result = page.getByRole('region', { name: 'Result' });
  await expect(result.getByText('Failed')).toBeVisible();
  await expect(result.getByText('HTTP 404', { exact: true })).toBeVisible();
  const log = await gateway.cli('request', 'list', '--server', slug, '--test', 'true', '--json');
  expect(log).toContain('"get_book"');
});
