import { expect, test } from './test';

/** Of compressed JavaScript, until the servers can be worked with. */
const MOST = 300_000;

test('the first page is light, and what it is made of is kept for ever', async ({ owner: page }) => {
  const scripts: { url: string; bytes: number; kept: string | undefined }[] = [];
  page.on('requestfinished', async (request) => {
    if (!request.url().endsWith('.js')) return;
    const [sizes, answer] = await Promise.all([request.sizes(), request.response()]);
    scripts.push({
      url: request.url(),
      bytes: sizes.responseBodySize,
      kept: answer?.headers()['cache-control'],
    });
  });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.goto('/servers');
  await expect(page.getByRole('row', { name: /Demo bookshop/ })).toBeVisible();
  await page.waitForLoadState('load');
  expect(scripts.length).toBeGreaterThan(1);
  expect(scripts.filter(({ kept }) => !kept?.includes('immutable'))).toEqual([]);
  const bytes = scripts.reduce((sum, script) => sum + script.bytes, 0);
  test.info().annotations.push({ type: 'compressed JavaScript', description: `${bytes} bytes` });
  expect(bytes).toBeLessThanOrEqual(MOST);
});
