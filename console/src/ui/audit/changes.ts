/** One value that a change has touched, by its path in the object. */
export interface Change {
  path: string;
  /** JSON text; absent where it was not there. */
  before?: string;
  after?: string;
}

/** The values in which two objects differ, in the order of their paths in the first and then the second. */
export function changesOf(before: unknown, after: unknown): Change[] {
  const old = flat(before);
  const young = flat(after);
  const paths = new Set([...old.keys(), ...young.keys()]);
  return [...paths]
    .filter((path) => old.get(path) !== young.get(path))
    .map((path) => ({ path, before: old.get(path), after: young.get(path) }));
}

/** Every value that is neither an object nor a list with something in it, as JSON text by its path. */
function flat(value: unknown): Map<string, string> {
  const values = new Map<string, string>();
  const walk = (part: unknown, path: string) => {
    if (part === undefined) return;
    const members = typeof part === 'object' && part !== null ? Object.entries(part) : [];
    if (members.length === 0) values.set(path, JSON.stringify(part));
    for (const [name, member] of members) {
      if (Array.isArray(part)) walk(member, `${path}[${name}]`);
      else walk(member, path ? `${path}.${name}` : name);
    }
  };
  walk(value, '');
  return values;
}
