type Members = Record<string, unknown>;

/**
 * The JSON merge patch (RFC 7396) that makes `after` of `before`: members that differ, and `null` for those that are gone. It cannot
 * set a value to `null`.
 */
export function mergePatch(before: object, after: object): Members {
  const patch: Members = {};
  for (const [name, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, name) ? Reflect.get(before, name) : undefined;
    if (value === undefined || same(old, value)) continue;
    patch[name] = isMembers(value) && isMembers(old) ? mergePatch(old, value) : value;
  }
  for (const [name, old] of Object.entries(before)) {
    if (old !== undefined && Reflect.get(after, name) === undefined) patch[name] = null;
  }
  return patch;
}

/** Whether two JSON values are the same, whatever the order of their members. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => same(item, other[index]));
  }
  if (!isMembers(one) || !isMembers(other)) return false;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => same(one[name], other[name]));
}

/** Whether somewhere inside of objects, where a merge patch would read it as "take it out", there is a `null`. */
export function hasNull(value: unknown): boolean {
  return value === null || (isMembers(value) && Object.values(value).some(hasNull));
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
