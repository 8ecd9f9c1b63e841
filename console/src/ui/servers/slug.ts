/** What the API takes as a slug. */
export const SLUG = /^[A-Za-z0-9_-]{1,128}$/;

/** A slug made of a name: `Köln support desk` becomes `koln-support-desk`. */
export function slugOf(name: string): string {
  return (
    name
      .normalize('NFKD')
      // The marks that were taken off their letters.
      .replace(/\p{Mark}/gu, '')
      .toLowerCase()
      .replace(/[^a-z0-9_]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 128)
      .replace(/-+$/, '')
  );
}

/** The URL of a server at this host. */
export function serverUrl(alias: string, slug: string): string {
  return `${window.location.origin}/mcp/${alias}/${slug}`;
}
