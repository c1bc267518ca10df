/** Calls in flight that keep a rate busy at the slowest answer we plan for, which is 2 s, with room for jitter. */
const IN_FLIGHT_PER_RATE = 2.5;
/** Beyond AWS's own quota (30 a second) only emulators go, and they answer at once. */
const MOST = 8;

/** How many listings are read side by side, so that calls in flight never hold back the granted rate. */
export function chainsAtOnce(userListPerSecond: number): number {
  return Math.min(MOST, Math.ceil(userListPerSecond * IN_FLIGHT_PER_RATE) + 2);
}
