import type { Gateway } from './gateway';

interface Made {
  id: string;
  slug: string;
}

/** Makes an empty server of that name: what else stands on this gateway belongs to other tests. */
export async function makeServer(gateway: Gateway, slug: string): Promise<Made> {
  return JSON.parse(await gateway.cli('server', 'create', slug, '--slug', slug, '--json')) as Made;
}
