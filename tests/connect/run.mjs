// A customer in a real browser (Chromium) connects an app at a real OAuth provider. The gateway and the provider run already.

import { createServer } from 'node:http';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { Api } from './api.mjs';
import { check, finish, test } from './check.mjs';
import { Agent, Session } from './mcp.mjs';

const { CHROMIUM: executablePath, GATEWRIGHT: base, PROVIDER: issuer, TOKEN: token, ARTIFACTS: artifacts } = process.env;
mkdirSync(artifacts, { recursive: true });

const api = new Api(base, token);
const { app, customer } = await api.prepare(issuer);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });

/** A browser of its own: its cookies are nobody else's. A trace of what it shows is kept. */
async function visit(name, options, act) {
  const context = await browser.newContext({ viewport: { width: 420, height: 800 }, ...options });
  // Nothing of the run leaves this machine: the provider's pages ask for a font.
  await context.route((url) => !['127.0.0.1', 'localhost'].includes(url.hostname), (route) => route.abort());
  await context.tracing.start({ screenshots: true, snapshots: true });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    return await act(page, context);
  } finally {
    await context.tracing.stop({ path: join(artifacts, `${name}.zip`) });
    await context.close();
  }
}

/** The link's page, up to the provider's. */
async function leave(page, link) {
  await page.goto(link.url);
  await page.getByRole('button', { name: /^Continue with / }).click();
  await page.waitForURL(`${issuer}/interaction/**`);
}

async function signIn(page, name) {
  await page.getByPlaceholder('Enter any login').fill(name);
  await page.getByPlaceholder('and password').fill('anything');
  await page.getByRole('button', { name: 'Sign-in' }).click();
}

async function consent(page) {
  await page.getByRole('button', { name: 'Continue' }).click();
}

const connected = (page) => page.getByRole('heading', { name: 'Local provider is connected' }).waitFor();
const shown = (page, text) => page.getByText(text).first().waitFor();

await test('a customer signs in, consents, and comes back connected', async () => {
  const link = await api.link(customer, { app });
  await visit('connected', {}, async (page) => {
    await page.goto(link.url);
    await page.screenshot({ path: join(artifacts, 'page-light.png'), fullPage: true });
    check(await api.status(customer, link), 'opened');
    await leave(page, link);
    await signIn(page, 'ada');
    await consent(page);
    await connected(page);
    await page.screenshot({ path: join(artifacts, 'done-light.png'), fullPage: true });
    check(new URL(page.url()).search, '', 'the code stays in no history');
  });
  const after = await api.getLink(customer, link);
  check(after.status, 'connected');
  const connection = await api.connection(customer, after.connection);
  check(connection.status, 'connected');
  check(connection.label, 'ada@provider.example');
});

await test('a tool works once its app is connected, and goes on when the token has run out', async () => {
  const { id, token } = await api.customer('grace');
  const agent = new Agent(base, token);
  const asked = await agent.call('connect-app', { app });
  const [url] = JSON.stringify(asked).match(/http:[^"\\]+\/connect\/[\w-]{43}/);
  await visit('tool', {}, async (page) => {
    await leave(page, { url });
    await signIn(page, 'grace');
    await consent(page);
    await connected(page);
  });
  const tool = (await agent.tools()).find((name) => name.endsWith('me'));
  // Each call succeeds; one of them found that the provider's token, which lives for a moment, was no longer good.
  const counts = async () => (await fetch(`${issuer}/api/counts`)).json();
  const before = (await counts()).refreshes;
  const end = Date.now() + 20_000;
  while ((await counts()).refreshes === before) {
    check(Date.now() < end, true, 'it is refreshed in time');
    const result = await agent.call(tool);
    check(result.isError ?? false, false, JSON.stringify(result));
    check(JSON.parse(result.content[0].text).account, 'grace');
  }
  check((await api.send('GET', `/customers/${id}/connect-links`)).items[0].status, 'connected');
});

await test('without any script of ours, in the dark, on a desktop', async () => {
  const link = await api.link(customer, { app, name: 'no script', return_url: `${base}/readyz?x=1` });
  const options = { javaScriptEnabled: false, colorScheme: 'dark', viewport: { width: 1280, height: 800 } };
  await visit('no-script', options, async (page) => {
    await page.goto(link.url);
    await page.screenshot({ path: join(artifacts, 'page-dark.png'), fullPage: true });
    await leave(page, link);
    await signIn(page, 'bob');
    await consent(page);
    await page.waitForURL(`${base}/readyz?x=1&connect_link=${link.id}&connect_status=connected&connection=con_*`);
  });
  check(await api.status(customer, link), 'connected');
});

await test('who does not consent is offered to try again', async () => {
  const link = await api.link(customer, { app, name: 'second thoughts' });
  await visit('denied', {}, async (page) => {
    await leave(page, link);
    await signIn(page, 'carol');
    await page.getByRole('link', { name: 'Cancel' }).click();
    await shown(page, 'Access was not granted');
    await page.screenshot({ path: join(artifacts, 'denied.png'), fullPage: true });
    check(await api.status(customer, link), 'failed');
    await page.getByRole('link', { name: 'Try again' }).click();
    await page.getByRole('button', { name: /^Continue with / }).click();
    await signInIfAsked(page, 'carol');
    await consent(page);
    await connected(page);
  });
  check(await api.status(customer, link), 'connected');
});

async function signInIfAsked(page, name) {
  await page.waitForURL(`${issuer}/interaction/**`);
  if (await page.getByPlaceholder('Enter any login').isVisible()) await signIn(page, name);
}

/** Goes through the provider, and gives the address that it leads back to instead of going there. */
async function answerOf(page, context, link, name) {
  await leave(page, link);
  await signInIfAsked(page, name);
  await page.getByRole('button', { name: 'Continue' }).waitFor();
  // What the page's own form sends, step by step: a browser would follow to the end.
  const action = await page.locator('form').getAttribute('action');
  const sent = { form: { prompt: 'consent' }, maxRedirects: 0 };
  let answer = await context.request.post(new URL(action, page.url()).href, sent);
  for (;;) {
    const next = new URL(answer.headers().location, issuer).href;
    if (next.startsWith(`${base}/connect/callback`)) return next;
    answer = await context.request.get(next, { maxRedirects: 0 });
  }
}

await test('an answer of another browser, and one that comes twice, are refused', async () => {
  const link = await api.link(customer, { app, name: 'twice' });
  await visit('replay', {}, async (page, context) => {
    const answer = await answerOf(page, context, link, 'dave');
    await visit('other-browser', {}, async (other) => {
      await other.goto(answer);
      await shown(other, 'This sign-in has ended');
    });
    // Whoever it was: the answer is spent.
    await page.goto(answer);
    await shown(page, 'This sign-in has ended');
    check(await api.status(customer, link), 'opened');
    const second = await answerOf(page, context, link, 'dave');
    await page.goto(second);
    await connected(page);
    check(await api.status(customer, link), 'connected');
    await page.goto(second);
    await shown(page, 'This sign-in has ended');
  });
});

await test('a link that was used, or is gone, says so', async () => {
  const link = await api.link(customer, { app, name: 'gone' });
  await visit('gone', {}, async (page) => {
    await api.deleteLink(customer, link);
    const response = await page.goto(link.url);
    check(response.status(), 410);
    await shown(page, 'This link no longer works');
    await page.screenshot({ path: join(artifacts, 'gone.png'), fullPage: true });
  });
});

/** A page of the account's own product on another site, with the snippet, while `act` runs. */
async function withProduct(act) {
  const product = { url: '' };
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!doctype html><title>Product</title><script src="${base}/connect/embed.js"></script>
      <button>Connect</button><pre></pre><script>
      document.querySelector("button").onclick = async () => {
        const answer = await Gatewright.connect(${JSON.stringify(product.url)});
        document.querySelector("pre").textContent = JSON.stringify(answer);
      };</script>`);
  });
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  product.origin = `http://localhost:${server.address().port}`;
  try {
    await act(product);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Opens the product's page and its popup. */
async function popup(page, product) {
  await page.goto(product.origin);
  const [opened] = await Promise.all([page.waitForEvent('popup'), page.getByRole('button', { name: 'Connect' }).click()]);
  await opened.getByRole('button', { name: /^Continue with / }).click();
  await opened.waitForURL(`${issuer}/interaction/**`);
  return opened;
}

const told = async (page) => {
  await page.waitForFunction(() => document.querySelector('pre').textContent !== '');
  return JSON.parse(await page.locator('pre').textContent());
};

await test('the snippet opens a popup on a page of another site, and learns of its end', async () => {
  await withProduct(async (product) => {
    const link = await api.link(customer, { app, name: 'popup', origin: product.origin });
    product.url = link.url;
    await visit('popup', { viewport: { width: 1000, height: 800 } }, async (page) => {
      const opened = await popup(page, product);
      const closed = opened.waitForEvent('close');
      await signIn(opened, 'erin');
      await consent(opened);
      await closed;
      const answer = await told(page);
      const { connection } = await api.getLink(customer, link);
      check(answer, { status: 'connected', app, connection });
    });
  });
});

await test('a page of an origin that the link is not for is told nothing', async () => {
  await withProduct(async (product) => {
    const link = await api.link(customer, { app, name: 'foreign', origin: 'https://app.example.com' });
    product.url = link.url;
    await visit('foreign', { viewport: { width: 1000, height: 800 } }, async (page) => {
      await page.addInitScript(() => {
        window.heard = [];
        window.addEventListener('message', (event) => window.heard.push(event.data));
      });
      const opened = await popup(page, product);
      const closed = opened.waitForEvent('close');
      await signIn(opened, 'frank');
      await consent(opened);
      await closed;
      check(await api.status(customer, link), 'connected');
      check(await page.evaluate(() => window.heard), []);
    });
  });
});

await test('who closes the popup before is said to have', async () => {
  await withProduct(async (product) => {
    const link = await api.link(customer, { app, name: 'closed', origin: product.origin });
    product.url = link.url;
    await visit('closed', {}, async (page) => {
      await page.goto(product.origin);
      const opening = page.waitForEvent('popup');
      await page.getByRole('button', { name: 'Connect' }).click();
      const opened = await opening;
      await opened.getByRole('button', { name: /^Continue with / }).waitFor();
      await opened.close();
      check((await told(page)).status, 'closed');
    });
  });
});

await test('a tool that failed works in the same session once its customer has opened the link', async () => {
  const { token } = await api.customer('heidi');
  const session = new Session(base, token, `?apps=${app}`);
  await session.begin();
  const tool = (await session.tools()).find((name) => name.endsWith('me'));
  const failed = await session.call(tool);
  check(failed.isError, true);
  const [url] = failed.content[0].text.match(/http:\S+\/connect\/[\w-]{43}/);
  const stream = await session.listen();
  await visit('same-session', {}, async (page) => {
    await leave(page, { url });
    await signIn(page, 'heidi');
    await consent(page);
    await connected(page);
  });
  check(await stream.told, 'notifications/tools/list_changed');
  const result = await session.call(tool);
  check(result.isError ?? false, false, JSON.stringify(result));
  check(JSON.parse(result.content[0].text).account, 'heidi');
  // The link has served its once.
  await visit('same-link', {}, async (page) => {
    check((await page.goto(url)).status(), 410);
  });
});

await browser.close();
finish('connect');
