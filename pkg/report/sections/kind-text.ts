const KINDS: Readonly<Record<string, string>> = {
  user_created: "Account created",
  user_deleted: "Account deleted",
  user_enabled: "Account enabled",
  user_disabled: "Account disabled",
  user_changed: "Account changed",
  group_created: "Group created",
  group_deleted: "Group deleted",
  group_recreated: "Group deleted and created again",
  group_changed: "Group changed",
  membership_added: "Added to group",
  membership_removed: "Removed from group",
};

/** A kind of change in words. */
export function kindText(kind: string): string {
  return KINDS[kind] ?? kind;
}
