/** What `recorded_changes.kind` may be. */
export const RECORDED_KINDS = [
  "user_created",
  "user_deleted",
  "user_enabled",
  "user_disabled",
  "user_changed",
  "group_created",
  "group_deleted",
  "group_recreated",
  "group_changed",
  "membership_added",
  "membership_removed",
] as const;

export type RecordedKind = (typeof RECORDED_KINDS)[number];
