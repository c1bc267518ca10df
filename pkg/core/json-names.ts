/**
 * Whether an object in this valid JSON has a name twice. JSON.parse keeps the last one without a word, so another value
 * could be meant.
 */
export function repeatsName(json: string): boolean {
  const open: Set<string>[] = [];
  for (const [token, name, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (name !== undefined && colon !== undefined) {
      const names = open.at(-1);
      const parsed = String(JSON.parse(name));
      if (names?.has(parsed) === true) return true;
      names?.add(parsed);
    }
  }
  return false;
}
