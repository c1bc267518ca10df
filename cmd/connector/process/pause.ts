import { setTimeout as sleep } from "node:timers/promises";
import type { Sleep } from "../../../pkg/core/clock.ts";

/** Waits on the clock of the machine. */
export const pause: Sleep = (ms, signal) => sleep(ms, undefined, { signal });
