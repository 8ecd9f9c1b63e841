import { expectAccessible } from './axe';
import { mcpClient } from './mcp';
import { makeServer } from './servers';
import { expect, test } from './test';
import { makeToken } from './tokens';

test('a prompt is written, looked at, changed and deleted', async ({ owner: page, gateway }) => {
  const { id } = await makeServer(gateway, 'prompts-by-hand');
  await page.goto(`/servers/${id}/prompts`);
  await expect(page.getByRole('heading', { name: 'No prompts yet' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Add a prompt' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('recommend');
  await dialog.getByRole('textbox', { name: 'Message 1' }).fill('A book for {{taste}}, please.');
  await dialog.getByRole('button', { name: 'Create' }).click();
  // A place without its argument is refused, where it stands.
  await expect(dialog.getByText(/which is no argument: add it/).first()).toBeVisible();
  await dialog.getByRole('button', { name: 'Add an argument' }).click();
  const argument = dialog.getByRole('group', { name: 'Argument 1' });
  await argument.getByRole('textbox', { name: 'Name' }).fill('taste');
  await argument.getByRole('checkbox', { name: 'Required' }).check();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await expect(page).toHaveURL(/prompt=recommend/);

  await dialog.getByRole('tab', { name: 'Preview' }).click();
  await dialog.getByRole('textbox', { name: 'taste' }).fill('{{{{puzzles}}');
  await expect(dialog.getByText('A book for {{{{puzzles}}, please.')).toBeVisible();
  await expectAccessible(page);

  await dialog.getByRole('tab', { name: 'Edit' }).click();
  await dialog.getByRole('textbox', { name: 'Title' }).fill('Recommend a book');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved in the draft')).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('row', { name: /Recommend a book/ }).click();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await page
    .getByRole('dialog', { name: 'Delete the prompt?' })
    .getByRole('button', { name: 'Delete' })
    .click();
  await expect(page.getByRole('heading', { name: 'No prompts yet' })).toBeVisible();
});

test('resources of every kind are read by a client once they are published', async ({
  owner: page,
  gateway,
}) => {
  test.slow();
  const { id, slug, url } = await makeServer(gateway, 'resources-by-hand');
  await gateway.cli('tool', 'add', slug, 'demo-bookshop', 'list_books');
  await page.goto(`/servers/${id}/resources`);
  await expect(page.getByRole('heading', { name: 'No resources yet' })).toBeVisible();
  await expectAccessible(page);
  const dialog = page.getByRole('dialog');

  await test.step('a text', async () => {
    await page.getByRole('button', { name: 'Add a resource' }).click();
    await dialog.getByRole('textbox', { name: 'URI' }).fill('docs://handbook');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('handbook');
    await dialog.getByRole('textbox', { name: 'Text' }).fill('Returns within 30 days.');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await expect(page).toHaveURL(/name=handbook/);
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Close' }).click();
  });

  await test.step('a file, seen as the picture that it is', async () => {
    await page.getByRole('button', { name: 'Add a resource' }).click();
    await dialog.getByRole('textbox', { name: 'URI' }).fill('docs://logo');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('logo');
    await dialog.getByText('File', { exact: true }).click();
    const chooser = page.waitForEvent('filechooser');
    await dialog.getByRole('button', { name: 'File' }).click();
    await (await chooser).setFiles({ name: 'logo.png', mimeType: 'image/png', buffer: PIXEL });
    await expect(dialog.getByRole('img', { name: 'Content' })).toBeVisible();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await expect(page).toHaveURL(/name=logo/);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect(page.getByRole('row', { name: /docs:\/\/logo/ })).toContainText('image/png');
  });

  await test.step('a template', async () => {
    await page.getByText('Templates', { exact: true }).click();
    await page.getByRole('button', { name: 'Add a template' }).click();
    await dialog.getByRole('textbox', { name: 'URI template' }).fill('shop://books/{book}');
    await dialog.getByRole('combobox', { name: 'App' }).click();
    await page.getByRole('option', { name: /Demo bookshop/ }).click();
    await dialog.getByRole('combobox', { name: 'Action that reads' }).click();
    await page.getByRole('option', { name: 'get_book' }).click();
    await dialog.getByRole('combobox', { name: 'book' }).fill('id');
    await page.keyboard.press('Escape');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('book');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await expect(page).toHaveURL(/name=book/);
    await expectAccessible(page);
  });

  await gateway.cli('server', 'publish', slug);
  await gateway.cli('server', 'enable', slug);
  const { token } = await makeToken(gateway, 'reader of resources');
  const client = await mcpClient(url, token);
  const read = async (uri: string) => (await client.readResource({ uri })).contents[0];
  expect(await read('docs://handbook')).toMatchObject({ text: 'Returns within 30 days.' });
  expect(await read('docs://logo')).toMatchObject({ mimeType: 'image/png', blob: PIXEL.toString('base64') });
  expect(JSON.stringify(await read('shop://books/3'))).toContain('Don Norman');
  await client.close();
});

/** A PNG of one pixel. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
