/**
 * A text as every side keeps it: PostgreSQL cannot hold a NUL character, and a `.c1z` no half of a surrogate pair.
 * A difference that comes only from that does not count.
 */
export function canonicalText(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\u2400");
}

/** The fields that are there. */
export function canonicalFields(
  entries: Iterable<readonly [string, string | undefined]>,
): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of entries) if (value !== undefined) fields.set(name, canonicalText(value));
  return fields;
}
