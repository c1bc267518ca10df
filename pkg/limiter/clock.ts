/** Milliseconds that only go forward, in fractions; `performance` is one. Never `Date`, which is set and stepped. */
export interface Clock {
  now(): number;
}
