import { defineConfig } from '@playwright/test';

/** Two at once is what two cores bear. The tests of a worker share a binary, in whatever order they come. */
export default defineConfig({
  testDir: 'e2e',
  outputDir: process.env.ARTIFACTS ?? 'test-results',
  workers: 2,
  fullyParallel: false,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1360, height: 860 },
    reducedMotion: 'reduce',
    trace: 'retain-on-failure',
    // What is not there after so long does not come: a step says so by itself, before the whole test runs out of time.
    actionTimeout: 15_000,
    navigationTimeout: 15_000,
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
  },
});
