import type { OutputFormat } from "../../../../pkg/config/config.ts";
import { closestAttribute } from "../../../../pkg/core/attributes/closest.ts";
import { STANDARD_ATTRIBUTES, schemaOf } from "../../../../pkg/core/attributes/standard.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { TemporaryPassword } from "../../../../pkg/core/passwords/temporary-password.ts";
import type { Pool } from "../../../../pkg/core/pool.ts";
import type { User } from "../../../../pkg/core/user.ts";
import { chooseColumns } from "./choose-columns.ts";
import type { Column } from "./columns.ts";

/** A user as a listing prints it. */
export interface ListedUser {
  readonly user: User;
  readonly temporaryPassword: TemporaryPassword | undefined;
}

/** What the command line asks for: columns in place of the usual ones, and attributes after them. */
export interface ChosenColumns {
  readonly columns: readonly string[];
  readonly attributes: readonly string[];
}

const attribute = (key: string): Column<ListedUser> => ({
  key,
  value: ({ user }) => user.attributes.get(key),
});

/** Every column but those of chosen attributes. The first six keep their places for programs that read CSV by position. */
function columnsBy(userIdKind: "sub" | "username"): readonly Column<ListedUser>[] {
  return [
    { key: "id", value: ({ user }) => (userIdKind === "sub" ? user.sub : user.username) },
    { key: "username", value: ({ user }) => user.username },
    { key: "status", value: ({ user }) => user.status },
    { key: "enabled", value: ({ user }) => user.enabled },
    attribute("email"),
    { key: "created", value: ({ user }) => user.createdAt },
    attribute("phone_number"),
    attribute("given_name"),
    attribute("family_name"),
    attribute("name"),
    {
      key: "providers",
      value: ({ user }) => user.identities.map(({ providerName }) => providerName).join(" ") || undefined,
    },
    { key: "temporary_password", value: ({ temporaryPassword }) => temporaryPassword },
    { key: "modified", value: ({ user }) => user.modifiedAt },
  ];
}

/** On a terminal what people look for comes first, and only what they look for most. */
const FOR_PEOPLE = ["username", "email", "status", "enabled", "created", "id"];

/** Throws `invalid-argument` for a column that there is not. */
export function userColumns(
  { columns, attributes }: ChosenColumns,
  userIdKind: "sub" | "username",
  format: OutputFormat,
): readonly Column<ListedUser>[] {
  const all = columnsBy(userIdKind);
  const usual = format === "table" ? FOR_PEOPLE : all.map(({ key }) => key);
  const chosen = chooseColumns([...(columns.length === 0 ? usual : columns), ...attributes], all, (key) => {
    if (isAttributeName(key)) return attribute(key);
    const names = [...all.map((column) => column.key), ...STANDARD_NAMES];
    const close = closestAttribute(key, names);
    const hint = close === undefined ? "" : `; did you mean ${close}?`;
    throw new GovernanceError(
      "invalid-argument",
      `--columns: there is no column ${JSON.stringify(key)}${hint}; the columns are ${all.map((column) => column.key).join(", ")} and the attributes of the pool, such as nickname or custom:department`,
    );
  });
  return format === "table" ? chosen.map(forPeople) : chosen;
}

/** A person sees beside the status that the invitation has expired. */
function forPeople(column: Column<ListedUser>): Column<ListedUser> {
  if (column.key !== "status") return column;
  return {
    key: "status",
    value: ({ user, temporaryPassword }) =>
      temporaryPassword === "expired" ? `${user.status} (expired)` : user.status,
  };
}

const STANDARD_NAMES = STANDARD_ATTRIBUTES.map(({ name }) => name);

function isAttributeName(key: string): boolean {
  return STANDARD_NAMES.includes(key) || /^(?:custom|dev):[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,60}$/u.test(key);
}

/** Throws `invalid-argument` for an attribute that the pool does not have, which would be an empty column. */
export function checkAttributes({ columns, attributes }: ChosenColumns, pool: Pool): void {
  const schema = schemaOf(pool);
  for (const name of [...columns, ...attributes]) {
    if (!name.includes(":") || schema.has(name)) continue;
    const close = closestAttribute(name, [...schema.keys()]);
    const hint = close === undefined ? "" : `; did you mean ${close}?`;
    throw new GovernanceError(
      "invalid-argument",
      `--attributes: the pool has no attribute ${JSON.stringify(name)}${hint}`,
    );
  }
}
