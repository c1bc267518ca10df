// What `make demo` shows, in order: one plain sentence and one command for each step.
import type { CognitoIdentityProvider } from "@aws-sdk/client-cognito-identity-provider";

export interface Step {
  readonly says: string;
  /** The arguments of the connector. */
  readonly runs?: readonly string[];
  /** The exit code that says that all is well, where it is not 0. */
  readonly ends?: number;
  /** What somebody does in the pool without the connector. */
  readonly elsewhere?: (pool: OtherTool) => Promise<void>;
}

/** A tool beside the connector that changes the pool too. */
export interface OtherTool {
  readonly poolId: string;
  readonly cognito: CognitoIdentityProvider;
}

/** The files that the demo writes into the folder it runs in. */
export const DEMO_FILE = "demo.c1z";
export const DEMO_INVENTORY = "demo.db";
export const DEMO_REVIEW = "demo-review.html";

const CARLA = ["--user", "carla"];

const query = (sql: string): string[] => ["query", sql];

export const FIRST_SYNC: readonly Step[] = [
  {
    says: "The connector checks the pool, the credentials and each permission.",
    runs: ["validate"],
  },
  {
    says: "A sync writes a file for the platform, and the inventory for SQL.",
    runs: ["sync", "--file", DEMO_FILE, "--inventory", DEMO_INVENTORY],
  },
  { says: "The file holds one whole run.", runs: ["inspect", DEMO_FILE] },
  {
    says: "Who is in the group board?",
    runs: query(
      "select username, email, enabled from current_memberships\n  where group_name = 'board' order by username",
    ),
  },
  {
    says: "Which groups reach an IAM role, and who is in them?",
    runs: query(
      "select group_name, replace(role_arn, 'arn:aws:iam::', '') as role, username\n  from role_access order by role_arn, group_name, username",
    ),
  },
  {
    says: "Who never signed in? The five oldest; unknown is said to be unknown.",
    runs: query(
      "select username, reason, never_signed_in from unused_accounts\n  order by since, username limit 5",
    ),
  },
];

export const CHANGES: readonly Step[] = [
  {
    says: "A dry run says what a change would do, and changes nothing.",
    runs: ["create-account", "--login", "carla", "--email", "carla@example.com", "--dry-run"],
  },
  {
    says: "Now the account is made.",
    runs: ["create-account", "--login", "carla", "--email", "carla@example.com"],
  },
  {
    says: "It joins two groups.",
    runs: ["grant", ...CARLA, "--group", "finance", "--group", "board"],
  },
  {
    says: "Somebody changes the pool without the connector: an account, a membership.",
    elsewhere: async ({ poolId: UserPoolId, cognito }) => {
      const Username = "carla.private";
      await cognito.adminCreateUser({
        UserPoolId,
        Username,
        MessageAction: "SUPPRESS",
        UserAttributes: [{ Name: "email", Value: "Carla@example.com" }],
      });
      await cognito.adminAddUserToGroup({ UserPoolId, Username, GroupName: "pool-admins" });
    },
  },
];

/** The second sync, and what the inventory knows then. The time `before` is between the first sync and the changes. */
export const secondSync = (before: string): readonly Step[] => [
  {
    says: "The second sync adds what differs. It reads the second factors of 20 too.",
    runs: ["sync", "--inventory", DEMO_INVENTORY, "--enrich", "mfa", "--enrich-per-hour", "20"],
  },
  { says: "What changed, and who asked for it?", runs: ["changes"] },
  {
    says: "Who was in the group board before these changes?",
    runs: query(
      `select username, seen_from, seen_until from membership_history\n  where group_name = 'board' and seen_from <= '${before}'\n    and (seen_until is null or seen_until > '${before}') order by username`,
    ),
  },
  {
    says: "Who has no second factor? These five, of the accounts that were read.",
    runs: query(
      "select username, email from second_factor_states\n  where state = 'none' and enabled order by username limit 5",
    ),
  },
  {
    says: "Which accounts share an e-mail address?",
    runs: query("select email, username, written, status from duplicate_emails\n  order by email, username"),
  },
  {
    says: "The access review for people: a page for the browser, and for paper.",
    runs: ["report", "-o", DEMO_REVIEW],
  },
  { says: "The account is deleted.", runs: ["delete-user", ...CARLA] },
  {
    says: "What differs between the last run and now? Exit code 22: something does.",
    runs: ["diff", "run:newest", "live"],
    ends: 22,
  },
  {
    says: "The audit log has every change that the connector made.",
    runs: ["audit", "show", ...CARLA],
  },
  { says: "It shows whether somebody has altered it.", runs: ["audit", "verify"] },
];

/** After the requests of an identity provider. */
export const SCIM_AUDIT: readonly Step[] = [
  {
    says: "They are in the audit log as every other change. This pool cannot sign people out, so one step is not done.",
    runs: ["audit", "show", "--user", "dora"],
  },
];
