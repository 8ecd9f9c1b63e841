import { type Browser, expect, type Page } from '@playwright/test';
import type { Gateway } from './gateway';

export const PASSWORD = 'battery staple horse';

/** Opens the link in a browser of its own, and chooses a password. */
export async function accept(browser: Browser, link: string): Promise<Page> {
  const context = await browser.newContext({ baseURL: new URL(link).origin });
  const page = await context.newPage();
  await page.goto(link);
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Accept and sign in' }).click();
  await expect(page.getByRole('navigation', { name: 'Navigation' })).toBeAttached();
  return page;
}

/** A member, signed in in a browser of its own, that may call the server. */
export async function memberOf(gateway: Gateway, browser: Browser, email: string, server: string) {
  const api = await gateway.api();
  const { data } = await api.POST('/api/v1/users', { body: { email, role: 'member' } });
  if (!data?.invitation) throw new Error('whoever is new is invited');
  await api.PUT('/api/v1/users/{user}/grants/{server}', {
    params: { path: { user: data.id, server } },
    body: { scopes: ['mcp:read', 'mcp:write'] },
  });
  return await accept(browser, `${gateway.base}/invitation#${data.invitation.link}`);
}
