import { defineColumns, type TableDefinition } from "./definition.ts";

const POOL = ["pool_id", "text", "the user pool"] as const;
const SUB = [
  "sub",
  "text",
  "the id of the account in the pool: it never changes and is never used again",
] as const;
const HISTORY = [
  ["from_run", "integer", "the run that brought the row"],
  ["to_run", "integer?", "the run that ended it; null: the row is current"],
] as const;

const runs: TableDefinition = {
  name: "runs",
  meaning: "One row for each published reading of a pool. Runs are numbered 1, 2, 3 … in each pool.",
  columns: defineColumns([
    POOL,
    ["run", "integer", "the number of the run in its pool"],
    ["sync_id", "text", "the id of the sync, the same as in a `.c1z` of the same reading"],
    ["began_at", "time", "when the reading began"],
    ["ended_at", "time", "when the reading ended"],
    ["users", "integer", "accounts in the pool"],
    ["groups", "integer", "groups in the pool"],
    ["memberships", "integer", "memberships in the pool"],
    ["changes", "integer", "rows of `recorded_changes` of this run"],
    [
      "origins_known",
      "boolean",
      "whether the audit log was read whole for the interval of the run: only then was a change that nobody asked for made outside the connector",
    ],
  ]),
  key: ["pool_id", "run"],
  indexes: [],
  clustered: true,
};

const pools: TableDefinition = {
  name: "pools",
  meaning: "One row for each pool, as DescribeUserPool described it last. There is no history of it.",
  columns: defineColumns([
    POOL,
    ["name", "text?", "the name of the pool; null: the IAM policy did not allow DescribeUserPool"],
    ["arn", "text?", "its ARN"],
    ["region", "text", "its AWS Region"],
    ["tier", "text?", "its feature plan, such as `ESSENTIALS`"],
    ["mfa", "text?", "whether second factors are `ON`, `OFF` or `OPTIONAL`"],
    ["estimated_users", "integer?", "the number of users that Cognito estimates"],
    ["created_at", "time?", "when the pool was created"],
    ["read_at", "time", "when this was read"],
  ]),
  key: ["pool_id"],
  indexes: [],
  clustered: true,
};

const users: TableDefinition = {
  name: "users",
  meaning:
    "The accounts of the pool with their history: a row for each state that a run found. A person who is linked to an identity provider may have two accounts.",
  columns: defineColumns([
    POOL,
    SUB,
    ["username", "text", "the name that AWS calls take"],
    ["email", "text?", "the attribute `email`"],
    ["email_verified", "boolean?", "the attribute `email_verified`, where its value is `true` or `false`"],
    ["phone_number", "text?", "the attribute `phone_number`"],
    [
      "phone_number_verified",
      "boolean?",
      "the attribute `phone_number_verified`, where its value is `true` or `false`",
    ],
    ["given_name", "text?", "the attribute `given_name`"],
    ["family_name", "text?", "the attribute `family_name`"],
    ["name", "text?", "the attribute `name`"],
    ["preferred_username", "text?", "the attribute `preferred_username`"],
    ["enabled", "boolean", "whether the account may sign in; only this decides it, not the status"],
    ["status", "text", "the UserStatus as Cognito sent it, such as `CONFIRMED`"],
    ["federated", "boolean", "whether the account belongs to an identity provider, or is linked to one"],
    ["created_at", "time", "when the account was created"],
    ["modified_at", "time", "when Cognito says that the account was changed last"],
    [
      "attributes",
      "json",
      "object: every attribute without a column of its own, values as Cognito sent them",
    ],
    [
      "identities",
      "json",
      "array: the identities at identity providers, as in the attribute `identities`; `[]` for none",
    ],
    ...HISTORY,
  ]),
  key: ["pool_id", "sub", "from_run"],
  indexes: [
    { name: "users_current", columns: ["sub", "pool_id"], unique: true, where: "to_run IS NULL" },
    { name: "users_by_email", columns: ["email", "pool_id"], long: true, where: "to_run IS NULL" },
    { name: "users_by_username", columns: ["username", "pool_id"], where: "to_run IS NULL" },
    {
      name: "users_by_folded_username",
      columns: ["username", "pool_id"],
      folded: true,
      where: "to_run IS NULL",
    },
    {
      name: "users_by_folded_preferred_username",
      columns: ["preferred_username", "pool_id"],
      folded: true,
      long: true,
      where: "to_run IS NULL AND preferred_username IS NOT NULL",
    },
  ],
  clustered: false,
};

const groups: TableDefinition = {
  name: "groups",
  meaning:
    "The groups of the pool with their history. A group that was deleted and created again under its name is another group: its `created_at` differs.",
  columns: defineColumns([
    POOL,
    ["name", "text", "the name of the group"],
    ["description", "text?", "its description"],
    ["precedence", "integer?", "its precedence: 0 is the strongest, null is the weakest"],
    ["role_arn", "text?", "the IAM role that its members may assume through an identity pool"],
    [
      "sign_in_provider",
      "text?",
      "the identity provider whose sign-ins add the members to this group; null: an ordinary group",
    ],
    ["created_at", "time", "when the group was created"],
    ["modified_at", "time", "when Cognito says that the group was changed last"],
    ...HISTORY,
  ]),
  key: ["pool_id", "name", "created_at", "from_run"],
  indexes: [],
  clustered: true,
};

const memberships: TableDefinition = {
  name: "memberships",
  meaning: "Who is in which group, with its history.",
  columns: defineColumns([
    POOL,
    ["group_name", "text", "the name of the group"],
    [
      "group_created_at",
      "time",
      "when that group was created: a group made again under the name is another one",
    ],
    ["sub", "text", "the member"],
    ...HISTORY,
  ]),
  key: ["pool_id", "group_name", "sub", "group_created_at", "from_run"],
  // With the run that ended a row: what a page of people asks of it is in the index alone.
  indexes: [{ name: "memberships_by_user", columns: ["sub", "pool_id", "to_run"] }],
  clustered: true,
};

const recordedChanges: TableDefinition = {
  name: "recorded_changes",
  meaning:
    "What each run found changed since the run before. The first run of a pool records nothing. Values are not here: the rows of `users` and `groups` with `to_run` = `run` hold those before, and the rows with `from_run` = `run` those after.",
  columns: defineColumns([
    POOL,
    ["change_number", "integer", "1, 2, 3 … in each pool, in the order in which the changes were recorded"],
    ["run", "integer", "the run that found the change"],
    [
      "kind",
      "text",
      "`user_created`, `user_deleted`, `user_enabled`, `user_disabled`, `user_changed`, `group_created`, `group_deleted`, `group_recreated`, `group_changed`, `membership_added` or `membership_removed`",
    ],
    ["sub", "text?", "the account; null for a change of a group"],
    ["group_name", "text?", "the group; null for a change of an account"],
    ["group_created_at", "time?", "when that group was created"],
    [
      "field",
      "text?",
      "what differs, in `user_changed` and `group_changed`, one row for each: `username`, `status`, `identities`, `description`, `precedence`, `role_arn` or the name of an attribute; `modified_at` where nothing else differs",
    ],
    [
      "requested_by",
      "text?",
      "who asked the connector for the change; null: no line of the audit log matches it",
    ],
    ["change", "text?", "the id of the change in the audit log"],
    ["requested_at", "time?", "when it was asked for"],
  ]),
  key: ["pool_id", "change_number"],
  indexes: [
    { name: "recorded_changes_by_run", columns: ["pool_id", "run"] },
    { name: "recorded_changes_by_user", columns: ["pool_id", "sub"] },
    { name: "recorded_changes_by_group", columns: ["pool_id", "group_name"] },
  ],
  clustered: true,
};

const secondFactors: TableDefinition = {
  name: "second_factors",
  meaning:
    "The second factors of accounts, where `--enrich mfa` has read them. An account without a row is unknown, not without a factor.",
  columns: defineColumns([
    POOL,
    SUB,
    ["factors", "json", "array: the factors that are on, by their Cognito names; `[]`: none is on"],
    ["preferred", "text?", "the factor that Cognito asks for first"],
    ["read_at", "time", "when this was read"],
  ]),
  key: ["pool_id", "sub"],
  indexes: [],
  clustered: true,
};

const signIns: TableDefinition = {
  name: "sign_ins",
  meaning:
    "The last sign-in of accounts, where `--enrich last-sign-in` has read it. An account without a row is unknown, not unused.",
  columns: defineColumns([
    POOL,
    SUB,
    [
      "last_sign_in_at",
      "time?",
      "the last sign-in; null: the pool's event history, which reaches back a limited time, has none",
    ],
    ["event_type", "text?", "the kind of that event, such as `SignIn`"],
    ["read_at", "time", "when this was read"],
  ]),
  key: ["pool_id", "sub"],
  indexes: [],
  clustered: true,
};

const FACT = ["fact", "text", "`mfa` or `last-sign-in`, as `--enrich` names it"] as const;

const enrichments: TableDefinition = {
  name: "enrichments",
  meaning: "How far `--enrich` is with each fact of a pool, and whether the pool has the fact at all.",
  columns: defineColumns([
    POOL,
    FACT,
    [
      "off_since",
      "time?",
      "when the pool said that it does not have the fact: it is asked again after a day, or once its plan changes; null: it has it",
    ],
    ["off_tier", "text?", "the feature plan that the pool had then"],
    ["swept_run", "integer", "up to this run, what was known of deleted accounts is removed"],
  ]),
  key: ["pool_id", "fact"],
  indexes: [],
  clustered: true,
};

const enrichmentCalls: TableDefinition = {
  name: "enrichment_calls",
  meaning:
    "How many calls `--enrich` has made in the last hour, by minute: no process may make more than its budget allows.",
  columns: defineColumns([POOL, ["minute", "time", "the minute"], ["calls", "integer", "the calls in it"]]),
  key: ["pool_id", "minute"],
  indexes: [],
  clustered: true,
};

const schemaMigrations: TableDefinition = {
  name: "schema_migrations",
  meaning: "The versions of this schema that the inventory has had.",
  columns: defineColumns([
    ["version", "integer", "the version"],
    ["applied_at", "time", "when the inventory got it"],
  ]),
  key: ["version"],
  indexes: [],
  clustered: true,
};

export const INVENTORY_TABLES: readonly TableDefinition[] = [
  runs,
  pools,
  users,
  groups,
  memberships,
  recordedChanges,
  secondFactors,
  signIns,
  enrichments,
  enrichmentCalls,
  schemaMigrations,
];
