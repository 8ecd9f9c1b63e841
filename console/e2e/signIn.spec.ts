import { expectAccessible } from './axe';
import { expect, OWNER, signIn, test } from './test';

test('the wrong password is refused and the right one goes on to where one wanted to be', async ({
  page,
}) => {
  await page.goto('/activity');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await expectAccessible(page);
  await page.getByLabel('E-mail address').fill(OWNER.email);
  await page.locator('input[name=password]').fill('wrong password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('Code: ');
  await page.locator('input[name=password]').fill(OWNER.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/activity$/);
});

test('nobody is led to another site after signing in', async ({ page }) => {
  await page.goto('/sign-in?next=//evil.example/');
  await page.getByLabel('E-mail address').fill(OWNER.email);
  await page.locator('input[name=password]').fill(OWNER.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/servers$/);
});

test('signing out leaves nothing behind', async ({ page, gateway }) => {
  await signIn(page, OWNER.email, OWNER.password);
  await page.getByRole('button', { name: `Signed in as ${OWNER.name}` }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(`${gateway.base}/sign-in`);
  await page.goBack();
  await expect(page.getByLabel('E-mail address')).toBeVisible();
});

test('who chooses the dark has it whatever the system has, in what the browser draws too', async ({
  page,
}) => {
  await signIn(page, OWNER.email, OWNER.password);
  const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  expect(await scheme()).toBe('light');
  await page.getByRole('button', { name: `Signed in as ${OWNER.name}` }).click();
  await page.getByRole('radiogroup', { name: 'Color scheme' }).getByText('Dark').click();
  expect(await scheme()).toBe('dark');
  await page.reload();
  await expect.poll(scheme).toBe('dark');
});
