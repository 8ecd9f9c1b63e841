import { shelf } from './apps';
import { expectAccessible } from './axe';
import { mcpClient } from './mcp';
import { memberOf } from './people';
import { expect, test } from './test';

test('a member connects an app for itself, and its calls are made as the member', async ({
  owner: page,
  gateway,
  browser,
}) => {
  // Two people, a client that is told twice, and a page of ours outside the console.
  test.slow();
  const api = await gateway.api();
  const definition = shelf(gateway.base)
    .replace('key: shelf', 'key: own-shelf')
    .replace('name: Shelf', 'name: Own shelf');
  const { data: app } = await api.POST('/api/v1/apps', { body: { definition } });
  const { data: server } = await api.POST('/api/v1/servers', {
    body: { name: 'As its caller', slug: 'as-its-caller', tools: [{ app: app?.id ?? '' }] },
  });
  const id = server?.id ?? '';

  await test.step('the server is told to call as whoever calls, and published', async () => {
    await page.goto(`/servers/${id}/settings`);
    const connection = page.getByRole('combobox', { name: 'Connection for Own shelf' });
    await connection.click();
    await page.getByRole('option', { name: 'The caller’s own connection' }).click();
    await expect(page.getByText(/Each call is made with what its user has connected/)).toBeVisible();
    const section = page.locator('form, section').filter({ has: connection }).last();
    await section.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText(/saved/i).first()).toBeVisible();
    await gateway.cli('server', 'publish', 'as-its-caller');
    await gateway.cli('server', 'enable', 'as-its-caller');
  });

  const member = await memberOf(gateway, browser, 'own@example.com', id);
  const made = await gateway.cli(
    'token',
    'create',
    '--json',
    '--name',
    'own',
    '--user',
    'own@example.com',
    '--role',
    'member',
  );
  const { token } = JSON.parse(made) as { token: string };
  const client = await mcpClient(`${gateway.base}/mcp/local/as-its-caller`, token);
  const call = () => client.callTool({ name: 'list-books', arguments: {} });

  await test.step('without a connection the tool says what to do', async () => {
    const told = await call();
    expect(told.isError).toBe(true);
    expect(JSON.stringify(told.content)).toContain(`${gateway.base}/connect/`);
  });

  await test.step('the member connects it on its page, and comes back', async () => {
    await member.getByRole('link', { name: 'My connections' }).click();
    await expect(member.getByRole('heading', { name: 'Own shelf' })).toBeVisible();
    await expect(member.getByText('As its caller')).toBeVisible();
    await expectAccessible(member);
    await member.getByRole('button', { name: 'Connect Own shelf' }).click();
    await expect(member.getByText('own@example.com')).toBeVisible();
    await member.getByLabel('API key').fill('key-of-the-member');
    await member.getByRole('button', { name: 'Connect Own shelf' }).click();
    await member.getByRole('link', { name: /continue|back|go on/i }).click();
    await expect(member.getByText('Own shelf is connected.')).toBeVisible();
    await expect(member).toHaveURL(/\/connections$/);
    await expectAccessible(member);
  });

  await test.step('the same client goes on', async () => {
    const answered = await call();
    expect(answered.isError ?? false).toBe(false);
    await client.close();
  });

  await test.step('a second account, renamed and made the default; then one goes', async () => {
    const way = { name: 'key', key: 'another-key-of-the-member' };
    const answer = await fetch(`${gateway.base}/api/v1/me/connections`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ app: app?.id, name: 'second', way }),
    });
    expect(answer.status).toBe(201);
    // Made elsewhere, it appears without a reload.
    const list = member.getByRole('list', { name: 'Your connections of Own shelf' });
    await expect(list.getByRole('listitem')).toHaveCount(2);
    await member.getByRole('button', { name: 'What to do with second' }).click();
    await member.getByRole('menuitem', { name: 'Rename' }).click();
    await member.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('at home');
    await expectAccessible(member);
    await member.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await member.getByRole('button', { name: 'What to do with at home' }).click();
    await member.getByRole('menuitem', { name: 'Make it the default' }).click();
    await expect(list.getByRole('listitem').filter({ hasText: 'at home' })).toContainText('default');
    await member.getByRole('button', { name: 'What to do with at home' }).click();
    await member.getByRole('menuitem', { name: 'Disconnect' }).click();
    const confirm = member.getByRole('dialog');
    await confirm.getByRole('textbox').fill('at home');
    await confirm.getByRole('button', { name: 'Disconnect' }).click();
    await expect(list.getByRole('listitem')).toHaveCount(1);
  });

  await test.step('nobody else sees it, the owner neither', async () => {
    await page.goto('/customers');
    await expect(page.getByText('own@example.com')).toHaveCount(0);
    await page.goto('/connections');
    await expect(page.getByRole('heading', { name: 'Own shelf' })).toBeVisible();
    await expect(page.getByText('Not connected')).toBeVisible();
  });
  await member.context().close();
});
