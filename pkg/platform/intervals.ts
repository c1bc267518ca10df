import { type Duration, durationMs } from "@bufbuild/protobuf/wkt";

const MINUTE_MS = 60_000;

/** Until the next poll: at most five minutes; 0 means at once. */
export function nextPollMs(asked: Duration | undefined): number {
  return Math.min(Math.max(msOf(asked), 0), 5 * MINUTE_MS);
}

/** Until the next heartbeat: 30 s when the platform does not say it, else between one second and five minutes. */
export function nextHeartbeatMs(asked: Duration | undefined): number {
  const ms = msOf(asked);
  return ms === 0 ? 30_000 : Math.min(Math.max(ms, 1_000), 5 * MINUTE_MS);
}

/** After `failures` polls in a row that failed: their number squared, in seconds, at most a minute. */
export function pollBackoffMs(failures: number): number {
  return Math.min(failures * failures * 1_000, MINUTE_MS);
}

/** After `failures` failed startup Hellos: one second that doubles, at most five minutes. */
export function helloBackoffMs(failures: number): number {
  return Math.min(1_000 * 2 ** (failures - 1), 5 * MINUTE_MS);
}

function msOf(duration: Duration | undefined): number {
  return duration === undefined ? 0 : durationMs(duration);
}
