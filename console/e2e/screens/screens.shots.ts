import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { Gateway } from '../gateway';
import { OWNER, signIn } from '../test';
import { type Screen, screens, screensOfMember } from './screens';
import { MEMBER, seed } from './seed';

const FOLDER = process.env.SCREENSHOTS ?? join('..', 'target', 'screenshots');
/** Of which screens, by a part of the name; of all when absent. */
const ONLY = process.env.SCREENS;

interface Form {
  colorScheme: 'light' | 'dark';
  width: number;
}

const FORMS: Form[] = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1360, 390].map((width) => ({ colorScheme, width })),
);

test('every screen, light and dark, wide and narrow', async ({ browser }) => {
  const gateway = await Gateway.start();
  try {
    await gateway.setUp(OWNER);
    const ids = await seed(gateway);
    for (const form of FORMS) {
      const owner = await open(browser, gateway, form);
      await owner.goto('/sign-in');
      await expect(owner.getByRole('button', { name: 'Sign in' })).toBeVisible();
      await take(owner, form, 'sign-in');
      await owner.goto(ids.link);
      await take(owner, form, 'connect-page');
      await signIn(owner, OWNER.email, OWNER.password);
      for (const screen of screens(ids)) await look(owner, form, screen);
      await owner.context().close();

      const member = await open(browser, gateway, form);
      await signIn(member, MEMBER.email, MEMBER.password);
      for (const screen of screensOfMember) await look(member, form, screen);
      await member.context().close();
    }
  } finally {
    await gateway.stop();
  }
});

async function open(browser: Browser, gateway: Gateway, { colorScheme, width }: Form): Promise<Page> {
  const context = await browser.newContext({
    baseURL: gateway.base,
    colorScheme,
    viewport: { width, height: 860 },
    reducedMotion: 'reduce',
  });
  return context.newPage();
}

async function look(page: Page, form: Form, { name, path, act, above }: Screen) {
  if (ONLY !== undefined && !name.includes(ONLY)) return;
  await page.goto(path);
  await expect(page.locator('h1, h2').first()).toBeVisible();
  await settled(page);
  await act?.(page);
  if (above) await expect(page.getByRole('dialog').or(page.getByRole('menu')).first()).toBeVisible();
  await settled(page);
  await take(page, form, name, above);
  await page.unrouteAll();
}

async function settled(page: Page) {
  await expect(page.getByRole('status', { name: 'Loading…' })).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

async function take(page: Page, { colorScheme, width }: Form, name: string, above?: true) {
  const path = join(FOLDER, `${name}-${width}-${colorScheme}.png`);
  await page.screenshot({ path, fullPage: !above });
}
