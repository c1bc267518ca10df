import type { EpochMs } from "../../../pkg/core/clock.ts";
import { GovernanceError } from "../../../pkg/core/errors.ts";

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** A date, a time with its zone, or how long ago; undefined for any other text. */
export function parseTimeText(text: string, nowMs: EpochMs): EpochMs | undefined {
  const [, count, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return nowMs - Number(count) * (UNIT_MS[unit] ?? 0);
  const atMs = DATE.test(text) && isDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : atMs;
}

/** The time that an option gives. `also` names what else it takes. */
export function timeOption(
  name: string,
  text: string | undefined,
  nowMs: EpochMs,
  also = "",
): EpochMs | undefined {
  if (text === undefined) return undefined;
  const atMs = parseTimeText(text, nowMs);
  if (atMs !== undefined) return atMs;
  throw new GovernanceError(
    "invalid-argument",
    `--${name} must be a date (2026-11-21), a time with its zone (2026-11-21T08:00:00Z) or how long ago (90m, 24h, 7d)${also}; got ${JSON.stringify(text)}`,
  );
}

// Date.parse reads 31 February as 3 March.
function isDay(text: string): boolean {
  const atMs = Date.parse(text);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(text);
}
