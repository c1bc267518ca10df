import { defineColumns, type InventoryEngine, type ViewDefinition } from "./definition.ts";
import { INVENTORY_TABLES } from "./tables.ts";

/** The columns of a table as they are in its current rows. */
function currentColumns(table: string): ViewDefinition["columns"] {
  const found = INVENTORY_TABLES.find(({ name }) => name === table)?.columns ?? [];
  return found.filter(({ name }) => name !== "to_run");
}

function currentRows(name: string, table: string, meaning: string): ViewDefinition {
  const columns = currentColumns(table);
  const names = columns.map((column) => column.name).join(", ");
  return { name, meaning, columns, select: () => `SELECT ${names} FROM ${table} WHERE to_run IS NULL` };
}

const POOL = ["pool_id", "text", "the user pool"] as const;
const SUB = ["sub", "text", "the account"] as const;
const USERNAME = ["username", "text?", "its username"] as const;
const EMAIL = ["email", "text?", "its e-mail address"] as const;
const ENABLED = ["enabled", "boolean?", "whether it may sign in"] as const;
const STATUS = ["status", "text", "its UserStatus"] as const;

/**
 * Always true. With it a query that does not name a pool can search a key that begins with the pool: for each pool once.
 */
function anyPool(alias: string): string {
  return `${alias}.pool_id IN (SELECT pool_id FROM runs)`;
}

const currentMemberships: ViewDefinition = {
  name: "current_memberships",
  meaning: "Who is in which group now.",
  columns: defineColumns([
    POOL,
    ["group_name", "text", "the group"],
    ["group_created_at", "time", "when that group was created"],
    ["sub", "text", "the member"],
    USERNAME,
    EMAIL,
    ENABLED,
    ["from_run", "integer", "the run that first found the membership"],
  ]),
  select: () => `
    SELECT m.pool_id, m.group_name, m.group_created_at, m.sub, u.username, u.email, u.enabled, m.from_run
    FROM memberships m
    LEFT JOIN users u ON u.pool_id = m.pool_id AND u.sub = m.sub AND u.to_run IS NULL
    WHERE m.to_run IS NULL AND ${anyPool("m")}`,
};

const membershipHistory: ViewDefinition = {
  name: "membership_history",
  meaning:
    "Who was in which group, and when: from the end of the first run that found the membership until the end of the first run that did not.",
  columns: defineColumns([
    POOL,
    ["group_name", "text", "the group"],
    ["group_created_at", "time", "when that group was created"],
    ["sub", "text", "the member"],
    ["username", "text?", "the username that the account has or had last"],
    ["seen_from", "time", "the end of the run that brought the membership"],
    ["seen_until", "time?", "the end of the run that ended it; null: it is current"],
  ]),
  select: () => `
    SELECT m.pool_id, m.group_name, m.group_created_at, m.sub,
      (SELECT u.username FROM users u WHERE u.pool_id = m.pool_id AND u.sub = m.sub
        ORDER BY u.from_run DESC LIMIT 1) AS username,
      b.ended_at AS seen_from, e.ended_at AS seen_until
    FROM memberships m
    JOIN runs b ON b.pool_id = m.pool_id AND b.run = m.from_run
    LEFT JOIN runs e ON e.pool_id = m.pool_id AND e.run = m.to_run
    WHERE ${anyPool("m")}`,
};

const roleAccess: ViewDefinition = {
  name: "role_access",
  meaning:
    "Which IAM roles groups lead to, and who may assume them through an identity pool: one row for each group and member. A group with a role and without members has one row without an account.",
  columns: defineColumns([
    POOL,
    ["role_arn", "text", "the IAM role"],
    ["group_name", "text", "the group that has it"],
    ["sub", "text?", "the account; null: the group has no members"],
    USERNAME,
    EMAIL,
    ENABLED,
  ]),
  select: () => `
    SELECT g.pool_id, g.role_arn, g.name AS group_name, m.sub, u.username, u.email, u.enabled
    FROM groups g
    LEFT JOIN memberships m ON m.pool_id = g.pool_id AND m.group_name = g.name
      AND m.group_created_at = g.created_at AND m.to_run IS NULL
    LEFT JOIN users u ON u.pool_id = m.pool_id AND u.sub = m.sub AND u.to_run IS NULL
    WHERE g.to_run IS NULL AND g.role_arn IS NOT NULL`,
};

const unusedAccounts: ViewDefinition = {
  name: "unused_accounts",
  meaning:
    "Accounts of which no sign-in is known, with the reason. An account whose status says nothing is here only if `sign_ins` has read it and found none.",
  columns: defineColumns([
    POOL,
    SUB,
    ["username", "text", "its username"],
    EMAIL,
    ["enabled", "boolean", "whether it may sign in"],
    STATUS,
    [
      "reason",
      "text",
      "`sign-up not confirmed`, `temporary password not replaced`, `password reset not finished` or `no sign-in on record`",
    ],
    ["since", "time", "when the account was created; of a reset, when the account was changed last"],
    [
      "never_signed_in",
      "text",
      "`yes`: an account in this state cannot have signed in; `unknown`: it may have, before a reset or before the event history begins",
    ],
    ["sign_ins_read_at", "time?", "when the event history was read; null: it was not"],
  ]),
  select: () => `
    SELECT u.pool_id, u.sub, u.username, u.email, u.enabled, u.status,
      CASE u.status
        WHEN 'UNCONFIRMED' THEN 'sign-up not confirmed'
        WHEN 'FORCE_CHANGE_PASSWORD' THEN 'temporary password not replaced'
        WHEN 'RESET_REQUIRED' THEN 'password reset not finished'
        ELSE 'no sign-in on record'
      END AS reason,
      CASE u.status WHEN 'RESET_REQUIRED' THEN u.modified_at ELSE u.created_at END AS since,
      CASE
        WHEN u.status = 'UNCONFIRMED' THEN 'yes'
        WHEN u.status = 'FORCE_CHANGE_PASSWORD' AND u.modified_at = u.created_at THEN 'yes'
        ELSE 'unknown'
      END AS never_signed_in,
      s.read_at AS sign_ins_read_at
    FROM users u
    LEFT JOIN sign_ins s ON s.pool_id = u.pool_id AND s.sub = u.sub
    WHERE u.to_run IS NULL AND s.last_sign_in_at IS NULL AND u.status <> 'EXTERNAL_PROVIDER'
      AND (u.status IN ('UNCONFIRMED', 'FORCE_CHANGE_PASSWORD', 'RESET_REQUIRED') OR s.read_at IS NOT NULL)`,
};

const secondFactorStates: ViewDefinition = {
  name: "second_factor_states",
  meaning:
    "Whether each account has a second factor, where `--enrich mfa` has read it. What was not read is `unknown`, never `none`.",
  columns: defineColumns([
    POOL,
    SUB,
    ["username", "text", "its username"],
    EMAIL,
    ["enabled", "boolean", "whether it may sign in"],
    STATUS,
    [
      "state",
      "text",
      "`on`, `none`, `unknown`, or `at the provider`: a federated account gives its second factor to its identity provider",
    ],
    ["factors", "json?", "array: the factors that are on; null: unknown"],
    ["preferred", "text?", "the factor that Cognito asks for first"],
    ["read_at", "time?", "when this was read; null: it was not"],
  ]),
  select: () => `
    SELECT u.pool_id, u.sub, u.username, u.email, u.enabled, u.status,
      CASE
        WHEN CAST(f.factors AS text) <> '[]' THEN 'on'
        WHEN u.status = 'EXTERNAL_PROVIDER' THEN 'at the provider'
        WHEN f.read_at IS NULL THEN 'unknown'
        ELSE 'none'
      END AS state,
      f.factors, f.preferred, f.read_at
    FROM users u
    LEFT JOIN second_factors f ON f.pool_id = u.pool_id AND f.sub = u.sub
    WHERE u.to_run IS NULL`,
};

const duplicateEmails: ViewDefinition = {
  name: "duplicate_emails",
  meaning:
    "Accounts of one pool that share an e-mail address, one row for each account. Upper and lower case of the letters A to Z are the same.",
  columns: defineColumns([
    POOL,
    ["email", "text", "the address that they share, in lower case"],
    ["accounts", "integer", "how many accounts share it"],
    SUB,
    ["username", "text", "its username"],
    ["written", "text", "the address as this account has it"],
    ["enabled", "boolean", "whether it may sign in"],
    STATUS,
    ["federated", "boolean", "whether it belongs to an identity provider, or is linked to one"],
  ]),
  select: () => `
    SELECT * FROM (
      SELECT pool_id, lower(email) AS email, count(*) OVER (PARTITION BY pool_id, lower(email)) AS accounts,
        sub, username, email AS written, enabled, status, federated
      FROM users WHERE to_run IS NULL AND email <> '') AS addresses
    WHERE accounts > 1`,
};

const EACH_IDENTITY: Readonly<Record<InventoryEngine, string>> = {
  sqlite: "LEFT JOIN json_each(u.identities) AS i ON true",
  postgres: "LEFT JOIN LATERAL json_array_elements(u.identities) AS i(value) ON true",
};

const federatedUsers: ViewDefinition = {
  name: "federated_users",
  meaning:
    "Accounts that belong to an identity provider or are linked to one, one row for each identity. An account whose identities Cognito did not send has one row without a provider.",
  columns: defineColumns([
    POOL,
    SUB,
    ["username", "text", "its username"],
    EMAIL,
    ["enabled", "boolean", "whether it may sign in"],
    STATUS,
    ["provider", "text?", "the name of the identity provider in the pool"],
    ["provider_type", "text?", "its kind, such as `SAML` or `OIDC`"],
    ["provider_user_id", "text?", "the id of the user there"],
  ]),
  select: (engine) => `
    SELECT u.pool_id, u.sub, u.username, u.email, u.enabled, u.status, i.value ->> 'providerName' AS provider,
      i.value ->> 'providerType' AS provider_type, CAST(i.value ->> 'userId' AS text) AS provider_user_id
    FROM users u ${EACH_IDENTITY[engine]}
    WHERE u.to_run IS NULL AND u.federated`,
};

const changes: ViewDefinition = {
  name: "changes",
  meaning:
    "What changed, in which interval, and who asked the connector for it. A change happened after `after` and before `before`: Cognito does not say when.",
  columns: defineColumns([
    POOL,
    ["run", "integer", "the run that found the change"],
    ["after", "time?", "when the run before began"],
    ["before", "time", "when this run ended"],
    ["kind", "text", "the kind of change"],
    ["sub", "text?", "the account; null for a change of a group"],
    ["group_name", "text?", "the group; null for a change of an account"],
    ["field", "text?", "what differs, in `user_changed` and `group_changed`"],
    ["requested_by", "text?", "who asked the connector for it; null: `origin` says why"],
    ["change", "text?", "the id of the change in the audit log"],
    ["change_number", "integer", "its place in the order of recording"],
    ["username", "text?", "the username that the account has or had last"],
    [
      "origin",
      "text",
      "`connector`: somebody asked the connector for it; `outside`: it was made outside the connector; `unknown`: the audit log was not whole",
    ],
  ]),
  select: () => `
    SELECT c.pool_id, c.run, p.began_at AS after, r.ended_at AS before, c.kind, c.sub, c.group_name, c.field,
      c.requested_by, c.change, c.change_number,
      (SELECT u.username FROM users u WHERE u.pool_id = c.pool_id AND u.sub = c.sub
        ORDER BY u.from_run DESC LIMIT 1) AS username,
      CASE WHEN c.requested_by IS NOT NULL THEN 'connector' WHEN r.origins_known THEN 'outside' ELSE 'unknown' END AS origin
    FROM recorded_changes c
    JOIN runs r ON r.pool_id = c.pool_id AND r.run = c.run
    LEFT JOIN runs p ON p.pool_id = c.pool_id AND p.run = c.run - 1
    WHERE ${anyPool("c")}`,
};

export const INVENTORY_VIEWS: readonly ViewDefinition[] = [
  currentRows("current_users", "users", "The accounts as the last run found them."),
  currentRows("current_groups", "groups", "The groups as the last run found them."),
  currentMemberships,
  membershipHistory,
  roleAccess,
  unusedAccounts,
  secondFactorStates,
  duplicateEmails,
  federatedUsers,
  changes,
];
