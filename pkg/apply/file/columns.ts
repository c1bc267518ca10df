import type { RowAction } from "../batch.ts";

/** The columns of a CSV file and the members of a JSONL object, besides `attribute:<name>`. */
export const COLUMNS = [
  "action",
  "user",
  "group",
  "login",
  "email",
  "invite",
  "deliver_by",
  "reason",
] as const;

export type ColumnName = (typeof COLUMNS)[number];

/** An attribute of a new account, by its name in Cognito. */
export const ATTRIBUTE_PREFIX = "attribute:";

const PERSON: readonly ColumnName[] = ["action", "user", "reason"];

/** The columns that each action takes. */
export const COLUMNS_OF: Readonly<Record<RowAction, readonly ColumnName[]>> = {
  grant: [...PERSON, "group"],
  revoke: [...PERSON, "group"],
  disable: PERSON,
  enable: PERSON,
  delete: PERSON,
  create: ["action", "login", "email", "invite", "deliver_by", "reason"],
};

/** Also by the names of the commands and of the audit log. */
export const ACTION_NAMED: ReadonlyMap<string, RowAction> = new Map<string, RowAction>([
  ["grant", "grant"],
  ["revoke", "revoke"],
  ["create", "create"],
  ["create-account", "create"],
  ["disable", "disable"],
  ["disable-user", "disable"],
  ["enable", "enable"],
  ["enable-user", "enable"],
  ["delete", "delete"],
  ["delete-user", "delete"],
]);
