import { isRecord } from "../core/unknown.ts";
import { printable } from "./printable.ts";

/**
 * One log line for people, from one JSON log line: time, level, message, then the fields as `key=value`. Not pino-pretty,
 * which is made for development and shows control characters as they are.
 */
export function consoleLine(json: string): string {
  const parsed: unknown = JSON.parse(json);
  if (!isRecord(parsed)) return printable(json);
  const { time, level, msg, ...fields } = parsed;
  const clock = typeof time === "string" ? time.slice(11, 19) : "";
  const words = Object.entries(fields).map(([key, value]) => `${key}=${fieldText(value)}`);
  const label = typeof level === "string" ? level.toUpperCase().padEnd(5) : "";
  return [clock, label, printable(typeof msg === "string" ? msg : ""), ...words].join(" ");
}

function fieldText(value: unknown): string {
  if (typeof value === "string")
    return /^[\w.:/@+-]+$/.test(value) ? value : printable(JSON.stringify(value));
  return printable(JSON.stringify(value));
}
