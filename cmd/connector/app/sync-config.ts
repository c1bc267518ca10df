import type { Config } from "../../../pkg/config/config.ts";
import { MAPPING_VERSION } from "../../../pkg/connector/connector.ts";
import type { RunFingerprint } from "../../../pkg/core/run-fingerprint.ts";
import type { Context } from "../process/context.ts";
import type { Runtime } from "./compose.ts";

/** The part of the settings that a sync needs. */
export type SyncConfig = Pick<Config, "poolId" | "userIdKind" | "sync" | "stateDir" | "rates">;
export type SyncPieces = Pick<Runtime, "log" | "connector" | "userParts" | "meter" | "throttle">;

/** What a sync needs of the process: its clocks, and what completes the URL of a database. */
export type SyncContext = Pick<Context, "now" | "monotonic" | "env" | "user">;

/** What every run of these settings has in common. */
export function fingerprintOf({ poolId, userIdKind }: SyncConfig): RunFingerprint {
  return { poolId, userIdKind, mappingVersion: MAPPING_VERSION };
}
