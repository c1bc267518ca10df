import { type Html, html } from "./html.ts";

const NUMBER = new Intl.NumberFormat("en");
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

export function number(count: number): string {
  return NUMBER.format(count);
}

/** `1 person`, `1,200 people`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

export function monthText(time: Date): string {
  return `${MONTHS[time.getUTCMonth()]} ${time.getUTCFullYear()}`;
}

export function shortDayText(time: Date): string {
  return `${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]}`;
}

export function dayText(time: Date): string {
  return `${time.getUTCDate()} ${monthText(time)}`;
}

export function clockText(time: Date): string {
  return `${time.toISOString().slice(11, 16)} UTC`;
}

export function minuteText(time: Date): string {
  return `${dayText(time)}, ${clockText(time)}`;
}

/** The day, with the whole time for programs. */
export function day(time: Date): Html {
  return html`<time datetime="${time.toISOString()}">${dayText(time)}</time>`;
}

export function minute(time: Date): Html {
  return html`<time datetime="${time.toISOString()}">${minuteText(time)}</time>`;
}

const MINUTE_MS = 60_000;
const STEPS: readonly (readonly [number, string])[] = [
  [24 * 60 * MINUTE_MS, "day"],
  [60 * MINUTE_MS, "hour"],
  [MINUTE_MS, "minute"],
];

/** A length of time in its largest whole unit: `3 days`, `5 hours`, `less than a minute`. */
export function durationText(ms: number): string {
  for (const [unit, name] of STEPS) if (ms >= unit) return countText(Math.floor(ms / unit), name);
  return "less than a minute";
}
