import { defineConfig } from '@playwright/test';

/** Each test file has the binary to itself; two at once is what two cores bear. */
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
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
  },
});
