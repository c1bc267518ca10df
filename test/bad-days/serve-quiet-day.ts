import type { ServeDay } from "./serve-plan.ts";

/** A day on which nothing is asked for and nothing fails: a test adds what it is about. */
export const QUIET_DAY: ServeDay = {
  seed: 1,
  users: 9,
  groups: 3,
  memberChance: 0,
  order: "insertion",
  pageItems: 3,
  latencyMs: 0,
  rate: 60,
  scim: false,
  platform: false,
  scheduled: "none",
  redis: false,
  postgres: false,
  keys: "static",
  keysLiveMs: 0,
  actors: [],
  readers: [],
  faults: [],
};
