/** What makes two runs comparable. */
export interface RunFingerprint {
  readonly poolId: string;
  /** What the ids of users are (D1): another kind makes every account another one. */
  readonly userIdKind: "sub" | "username";
  /** Raised when the same user maps to other rows. A half-read run does not go on across it; a whole one stays good. */
  readonly mappingVersion: number;
}

export function sameFingerprint(a: RunFingerprint, b: RunFingerprint): boolean {
  return a.poolId === b.poolId && a.userIdKind === b.userIdKind && a.mappingVersion === b.mappingVersion;
}
