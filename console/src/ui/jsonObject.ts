/** A JSON object of any members, as the generated types spell it. */
export type JsonObject = Record<string, never>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON object that a text is; nothing when it is none. */
export function jsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The merge patch (RFC 7396) that makes `after` of `before`: members that are gone are null. */
export function mergePatch(before: JsonObject, after: JsonObject): JsonObject {
  const patch: Record<string, unknown> = {};
  for (const member of Object.keys(before)) if (!(member in after)) patch[member] = null;
  for (const [member, value] of Object.entries<unknown>(after)) {
    const was: unknown = before[member];
    patch[member] = isJsonObject(value) && isJsonObject(was) ? mergePatch(was, value) : value;
  }
  return isJsonObject(patch) ? patch : {};
}
