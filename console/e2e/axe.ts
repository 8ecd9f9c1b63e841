import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Of all rules, those whose answer depends on colors. */
const OF_COLORS = ['color-contrast', 'link-in-text-block'];

/** Fails on what keeps people out: each fault that axe calls serious or critical, contrast (AA) in the light and in the dark among them. */
export async function expectAccessible(page: Page) {
  const light = await faults(page, 'light', (axe) =>
    axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']),
  );
  const dark = await faults(page, 'dark', (axe) => axe.withRules(OF_COLORS));
  await page.emulateMedia({ colorScheme: 'light' });
  expect([...light, ...dark], `faults of accessibility on ${page.url()}`).toEqual([]);
}

async function faults(page: Page, scheme: 'light' | 'dark', rules: (axe: AxeBuilder) => AxeBuilder) {
  // Pages of the console follow it through a script, those of the gateway by their style sheet.
  await page.emulateMedia({ colorScheme: scheme });
  await expect(
    page
      .locator('html:not([data-mantine-color-scheme])')
      .or(page.locator(`html[data-mantine-color-scheme=${scheme}]`)),
  ).toBeAttached();
  // What fades in has its contrast once it is there; what turns for ever is left to turn.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((animation) => Number.isFinite(animation.effect?.getComputedTiming().endTime))
        .map((animation) => animation.finished),
    ).then(() => undefined),
  );
  const { violations } = await rules(new AxeBuilder({ page })).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${scheme} ${id}: ${nodes.map((node) => node.target.join(' ')).join(' | ')}`);
}
