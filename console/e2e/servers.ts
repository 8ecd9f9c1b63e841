import type { Gateway } from './gateway';

interface Made {
  id: string;
  slug: string;
  /** Where clients reach it. */
  url: string;
}

/** Makes an empty server of that name: what else stands on this gateway belongs to other tests. */
export async function makeServer(gateway: Gateway, name: string): Promise<Made> {
  return made(gateway, await gateway.cli('server', 'create', name, '--json'));
}

/** Makes a server of that name with the six tools of the demo's bookshop, published and on. The demo's own is for looking at alone. */
export async function makeShop(gateway: Gateway, name: string): Promise<Made> {
  const shop = made(gateway, await gateway.cli('server', 'create', name, '--app', 'demo-bookshop', '--json'));
  await gateway.cli('server', 'publish', shop.slug);
  await gateway.cli('server', 'enable', shop.slug);
  return shop;
}

function made(gateway: Gateway, json: string): Made {
  const { id, slug } = JSON.parse(json) as { id: string; slug: string };
  return { id, slug, url: `${gateway.base}/mcp/local/${slug}` };
}
