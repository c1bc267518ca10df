/** "True" is a boolean: Entra writes it so. */
export function readBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  return lower === "true" ? true : lower === "false" ? false : undefined;
}

const NUMBER = /^-?\d{1,300}(?:\.\d{1,300})?(?:e[-+]?\d{1,3})?$/i;

export function readNumber(text: string): number | undefined {
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[-+]\d{2}:?\d{2})?)?$/i;

/** Milliseconds since 1970. A date without a time begins its day, and a time without an offset is of UTC. */
export function readInstant(text: string): number | undefined {
  const [, day, time = "00:00", offset = "Z"] = INSTANT.exec(text) ?? [];
  if (day === undefined) return undefined;
  const colon = /^[-+]\d{4}$/.test(offset) ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset;
  const instant = Date.parse(`${day}T${time}${colon.toUpperCase()}`);
  return Number.isNaN(instant) ? undefined : instant;
}
