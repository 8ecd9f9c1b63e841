/** The parts of a tool's panel; the URL names the one that is open. A file of its own: what reads the URL is loaded first on every page. */
export const PANELS = ['about', 'arguments', 'result', 'offered', 'json'] as const;
export type Panel = (typeof PANELS)[number];
