import { defineConfig } from '@playwright/test';
import base from './playwright.config';

/** `cargo xtask screenshots`: a picture of each screen, light and dark, wide and narrow, to be looked at. */
export default defineConfig({
  ...base,
  testDir: 'e2e/screens',
  testMatch: 'screens.shots.ts',
  // Of its own: Playwright empties it first, and the tests may run at the same time.
  outputDir: `${base.outputDir ?? 'test-results'}-screens`,
  workers: 1,
  timeout: 600_000,
});
