import { type SyncScope, scopeText } from "./sync-scope.ts";

/** Two runs can be compared, and an earlier run can continue, only if all of this is equal. */
export interface RunFingerprint {
  readonly poolId: string;
  /** What the ids of users are (D1). With another kind, every account has another id. */
  readonly userIdKind: "sub" | "username";
  /** Raised when the same user maps to other rows. A half-read run of another version does not continue. */
  readonly mappingVersion: number;
}

export function sameFingerprint(a: RunFingerprint, b: RunFingerprint): boolean {
  return a.poolId === b.poolId && a.userIdKind === b.userIdKind && a.mappingVersion === b.mappingVersion;
}

/** One text for one reading: of which pool, by which ids and rows, and what of it. */
export function readingText(
  { poolId, userIdKind, mappingVersion }: RunFingerprint,
  scope: SyncScope,
): string {
  return JSON.stringify([poolId, userIdKind, mappingVersion, scopeText(scope)]);
}
