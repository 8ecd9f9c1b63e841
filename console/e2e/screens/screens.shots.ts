import { join } from 'node:path';
import { expect, OWNER, signIn, test } from '../test';
import { screens } from './screens';
import { seed } from './seed';

const FOLDER = process.env.SCREENSHOTS ?? join('..', 'target', 'screenshots');

test('every screen, light and dark, wide and narrow', async ({ browser, gateway }) => {
  const ids = await seed(gateway);
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1360, 390]) {
      const context = await browser.newContext({
        baseURL: gateway.base,
        colorScheme,
        viewport: { width, height: 860 },
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      await page.goto('/sign-in');
      await page.screenshot({ path: join(FOLDER, `sign-in-${width}-${colorScheme}.png`) });
      await signIn(page, OWNER.email, OWNER.password);
      for (const [name, path] of screens(ids)) {
        await page.goto(path);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        await expect(page.getByRole('status', { name: 'Loading…' })).toHaveCount(0);
        await page.screenshot({
          path: join(FOLDER, `${name}-${width}-${colorScheme}.png`),
          fullPage: width > 1000,
        });
      }
      await context.close();
    }
  }
});
