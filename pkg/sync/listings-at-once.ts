import { QUOTAS } from "../core/operations.ts";

/** Calls in flight that keep a rate busy at the slowest answer we plan for, which is 2 s, with room for jitter. */
const IN_FLIGHT_PER_RATE = 2.5;
/** Only emulators go faster than AWS's own quota. They answer at once, so more in flight would only cost memory. */
const WITH_EMULATORS = 8;

/** How many listings are read side by side, so that calls in flight never hold back the granted rate. */
export function listingsAtOnce(userListPerSecond: number): number {
  if (userListPerSecond > QUOTAS.UserList.accountPerSecond) return WITH_EMULATORS;
  return Math.ceil(userListPerSecond * IN_FLIGHT_PER_RATE) + 2;
}
