// What the platform asks of both daemons: each kind of task, in success and in failure.
import { generateKeyPairSync } from "node:crypto";
import { people } from "../../cognito/definitions.ts";
import type { PoolDefinition } from "../../cognito/pool.ts";
import type { JsonObject } from "../official-client.ts";
import { grantRequest, memberOf, random, resource, resourceId, revokeRequest } from "../requests.ts";
import type { DaemonStage } from "./daemons.ts";
import type { TaskScript, TranscriptLine } from "./go-platform.ts";

const NOBODY = "00000000-0000-4000-8000-ffffffffffff";
const DATE = "2026-01-02T03:04:05Z";
const USERS = people(30, () => ({ groups: ["all"], createdAt: DATE, modifiedAt: DATE }));
const [someone = "", other = "", leaver = "", rotated = "", fails = "", slow = "", deleted = ""] = USERS.map(
  ({ sub }) => sub ?? "",
);

export const SCRIPTED_POOL: Omit<PoolDefinition, "id"> = {
  users: USERS,
  groups: ["all", "few", "gone", "secret"].map((name) => ({ name, createdAt: DATE, modifiedAt: DATE })),
};

/** The operator's limits of the pool. */
export const SCRIPTED_ARGS = ["--groups-deny=secret"] as const;

/** One task, with what happens around it. */
export interface ScriptedTask extends Omit<TaskScript, "task"> {
  readonly name: string;
  /** The task without its id, or made of what was reported before. */
  readonly task: JsonObject | ((reports: Reports) => JsonObject);
  /** Before the task is given out. The returned function runs when it is over. */
  readonly around?: (stage: DaemonStage) => () => void;
}

/** The lines of an earlier task, by its name. */
export type Reports = (name: string) => readonly TranscriptLine[];

/** Nothing is reported of the task. */
const UNREPORTED = { idlePolls: 10 } as const;

const keys = generateKeyPairSync("ed25519");

/** Opens what both daemons seal. */
export const PRIVATE_KEY = keys.privateKey.export({ format: "jwk" });

const jwk = JSON.stringify(keys.publicKey.export({ format: "jwk" }));
const SEALED = {
  credential_options: random(),
  encryption_configs: [{ jwk_public_key_config: { pub_key: Buffer.from(jwk).toString("base64") } }],
};

const account = (login: string, more: JsonObject): JsonObject => ({
  create_account: {
    account_info: {
      login,
      emails: [{ address: `${login}@example.com`, is_primary: true }],
      profile: { given_name: "Ada", family_name: "L" },
    },
    ...more,
  },
});

const PASSWORDLESS = account("without", { credential_options: { no_password: {} } });

const note = { "@type": "type.googleapis.com/c1.connector.v2.V1Identifier", id: "a note of the platform" };

const ticket = { ticket_request: { display_name: "A ticket" }, annotations: [note] };

const rotation = (user: string): JsonObject => ({
  rotate_credentials: { ...resourceId("user", user), ...SEALED },
});

const issue = (more: JsonObject): JsonObject => ({
  issue_credential: {
    identity_id: { resource_type: "user", resource: someone },
    credential_options: { client_secret: {} },
    ...more,
  },
});

const invoke = (name: string, args: JsonObject, more: JsonObject = {}): JsonObject => ({
  action_invoke: { name, args, ...more },
});

export const SYNC = { sync_full: { storage_engine: "sqlite" } };

const part = (more: JsonObject): JsonObject => ({ sync_full: { storage_engine: "sqlite", ...more } });

/** Its grants name users that were not chosen. */
export const PART_WITH_MEMBERS = "a sync of one group";

/** Of a part of the pool. */
export const PARTS: readonly ScriptedTask[] = [
  { name: "a sync without entitlements and grants", task: part({ skip_entitlements_and_grants: true }) },
  { name: "a sync of groups", task: part({ sync_resource_type_ids: ["group"] }) },
  { name: "a sync of users", task: part({ sync_resource_type_ids: ["user"] }) },
  {
    name: "a sync of one user",
    task: part({ targeted_sync_resources: [resource("user", someone)] }),
  },
  {
    name: "a sync of one group without grants",
    task: part({ targeted_sync_resources: [resource("group", "few")], skip_grants: true }),
  },
  {
    name: PART_WITH_MEMBERS,
    task: part({ targeted_sync_resources: [resource("group", "all")] }),
  },
  {
    name: "a sync of nobody",
    task: part({ targeted_sync_resources: [resource("user", NOBODY)] }),
  },
];

const syncs: readonly ScriptedTask[] = [
  { name: "a full sync", task: SYNC },
  {
    name: "a sync cancelled at its first heartbeat",
    task: SYNC,
    cancelAt: 1,
    ...UNREPORTED,
    idleAfter: "Heartbeat",
  },
  {
    name: "a sync whose first heartbeat fails",
    task: SYNC,
    refuse: { Heartbeat: 1 },
    ...UNREPORTED,
    idleAfter: "Heartbeat",
  },
  { name: "a sync whose upload fails twice", task: SYNC, refuse: { UploadAsset: 2 } },
  { name: "a sync whose upload fails three times", task: SYNC, refuse: { UploadAsset: 3 } },
  {
    name: "a sync cancelled in its middle",
    task: SYNC,
    nextHeartbeatMs: 1_000,
    cancelAt: 2,
    around: ({ cognito }) => {
      const hold = cognito.hold({ operation: "ListUsers" });
      return () => hold.release();
    },
  },
  {
    name: "a sync of a pool that refuses",
    task: SYNC,
    around: ({ cognito }) => {
      const rule = cognito.script({
        operation: "ListUsers",
        error: { name: "NotAuthorizedException", message: "no", status: 400 },
      });
      return () => rule.remove();
    },
  },
];

const memberships: readonly ScriptedTask[] = [
  { name: "a grant", task: { grant: grantRequest("few", someone) } },
  { name: "a grant that is there", task: { grant: grantRequest("few", someone) } },
  { name: "a grant that a rule refuses", task: { grant: grantRequest("secret", someone) } },
  { name: "a grant to nobody", task: { grant: grantRequest("few", NOBODY) } },
  { name: "a grant of an unknown group", task: { grant: grantRequest("nothing", someone) } },
  {
    name: "a grant with annotations and a duration",
    task: { grant: { ...grantRequest("few", other), annotations: [note], duration: "3600s" } },
  },
  { name: "a grant without an entitlement", task: { grant: { principal: resource("user", someone) } } },
  { name: "a grant without a principal", task: { grant: { entitlement: memberOf("few") } } },
  { name: "a grant of an empty entitlement", task: { grant: { entitlement: {}, principal: {} } } },
  {
    name: "a grant whose report is refused",
    task: { grant: grantRequest("few", leaver) },
    refuse: { FinishTask: 1 },
  },
  { name: "a revoke", task: { revoke: revokeRequest("all", leaver) } },
  { name: "a revoke of what is not there", task: { revoke: revokeRequest("all", leaver) } },
  { name: "a revoke from nobody", task: { revoke: revokeRequest("all", NOBODY) } },
  { name: "a revoke without a grant", task: { revoke: {} } },
  { name: "a revoke of an empty grant", task: { revoke: { grant: {} } } },
];

const resources: readonly ScriptedTask[] = [
  { name: "an account with a random password", task: account("random", SEALED) },
  { name: "an account without a password", task: PASSWORDLESS },
  { name: "an account that is there", task: PASSWORDLESS },
  { name: "an account without account_info", task: { create_account: SEALED } },
  { name: "an account with nothing in it", task: { create_account: { account_info: {} } } },
  {
    name: "an account sealed to a key that is not one",
    task: account("badkey", {
      credential_options: random(),
      encryption_configs: [{ jwk_public_key_config: { pub_key: "e30=" } }],
    }),
  },
  {
    name: "a new group",
    task: { create_resource: { resource: { ...resource("group", "made"), display_name: "made" } } },
  },
  { name: "a new thing", task: { create_resource: { resource: resource("thing", "made") } } },
  { name: "a new resource that is missing", task: { create_resource: {} } },
  { name: "a group deleted", task: { delete_resource: resourceId("group", "gone") } },
  { name: "a user deleted", task: { delete_resource: resourceId("user", deleted) } },
  { name: "a deletion of nobody", task: { delete_resource: resourceId("user", NOBODY) } },
  { name: "a deletion without a resource", task: { delete_resource: {} } },
  { name: "a deletion without an id", task: { delete_resource: { resource_id: { resource_type: "user" } } } },
];

const credentials: readonly ScriptedTask[] = [
  { name: "a rotation", task: rotation(rotated) },
  { name: "a rotation for nobody", task: rotation(NOBODY) },
  { name: "a rotation without options", task: { rotate_credentials: resourceId("user", rotated) } },
  { name: "a rotation without a resource", task: { rotate_credentials: {} } },
  {
    name: "a rotation without an id",
    task: { rotate_credentials: { resource_id: { resource_type: "user" } } },
  },
  {
    name: "a credential issued",
    task: issue({ encryption_configs: SEALED.encryption_configs }),
  },
  { name: "a credential without a key", task: issue({}) },
  { name: "a credential of nothing", task: { issue_credential: {} } },
];

const others: readonly ScriptedTask[] = [
  { name: "none", task: { none: {} }, ...UNREPORTED },
  { name: "a task without a kind", task: {} },
  { name: "a task of a kind that is not known", task: {}, unknownKind: 199 },
  { name: "hello", task: { hello: {} }, ...UNREPORTED, idleAfter: "Hello" },
  { name: "the event feed of old", task: { event_feed: {} } },
  { name: "a difference of syncs", task: { create_sync_diff: { base_sync_id: "a", new_sync_id: "b" } } },
  { name: "syncs to compact", task: { compact_syncs: {} } },
  { name: "the event feeds", task: { list_event_feeds: {} } },
  { name: "the events of no feed", task: { list_events: {} }, ...UNREPORTED },
  { name: "the events of an unknown feed", task: { list_events: { event_feed_id: "x" } }, ...UNREPORTED },
  { name: "a ticket", task: { create_ticket_task: ticket } },
  { name: "a ticket without a request", task: { create_ticket_task: { annotations: [note] } } },
  { name: "the ticket schemas", task: { list_ticket_schemas: {} }, ...UNREPORTED },
  { name: "a ticket asked for", task: { get_ticket: { ticket_id: "t", annotations: [note] } } },
  { name: "a ticket asked for without its id", task: { get_ticket: { annotations: [note] } } },
  { name: "several tickets", task: { bulk_create_tickets: { ticket_requests: [ticket] } } },
  { name: "several tickets, none", task: { bulk_create_tickets: {} } },
  {
    name: "several tickets asked for",
    task: { bulk_get_tickets: { ticket_requests: [{ ticket_id: "t" }] } },
  },
  { name: "several tickets asked for, none", task: { bulk_get_tickets: {} } },
];

const actions: readonly ScriptedTask[] = [
  { name: "the actions", task: { action_list_schemas: {} } },
  { name: "the actions of a type", task: { action_list_schemas: { resource_type_id: "user" } } },
  { name: "the actions of an unknown type", task: { action_list_schemas: { resource_type_id: "thing" } } },
  { name: "an action's schema", task: { action_get_schema: { name: "disable_user" } } },
  { name: "the schema of an unknown action", task: { action_get_schema: { name: "dance" } } },
  { name: "the schema of an action without a name", task: { action_get_schema: {} } },
  { name: "an action", task: invoke("disable_user", { user_id: someone }) },
  {
    name: "an action with a resource id",
    task: invoke("enable_user", { user_id: { resource_type_id: "user", resource_id: someone } }),
  },
  {
    name: "an action of a resource type",
    task: invoke("enable_user", { user_id: someone }, { resource_type_id: "user" }),
  },
  { name: "an action that fails", task: invoke("resend_invitation", { user_id: fails }) },
  { name: "an action for nobody", task: invoke("disable_user", { user_id: NOBODY }) },
  { name: "an action without its argument", task: { action_invoke: { name: "disable_user" } } },
  { name: "an unknown action", task: invoke("dance", {}) },
  { name: "an action without a name", task: { action_invoke: {} } },
  {
    name: "an action in flight",
    task: invoke("disable_user", { user_id: slow }),
    around: ({ cognito }) => {
      const hold = cognito.hold({ operation: "AdminDisableUser" });
      return () => hold.release();
    },
  },
  {
    name: "the status of an action",
    task: (reports) => ({ action_status: { name: "disable_user", id: actionIn(reports("an action")) } }),
  },
  {
    name: "the status of an unknown action",
    task: { action_status: { name: "disable_user", id: "never" } },
  },
  { name: "the status of an action without its id", task: { action_status: { name: "disable_user" } } },
];

const inFlight = actions.find(({ name }) => name === "an action in flight");
const cancelled = syncs.find(({ name }) => name === "a sync cancelled in its middle");

/**
 * Each lasts so long that the daemon asks for further tasks meanwhile. It is over some polls after its report, when the
 * daemon does not name it any more.
 */
export const LONG: readonly ScriptedTask[] = [inFlight, cancelled]
  .filter((task) => task !== undefined)
  .map((task) => ({ ...task, idlePolls: 5, idleAfter: "FinishTask" }));

/** In this order: some depend on earlier ones. */
export const SCRIPT: readonly ScriptedTask[] = [
  ...syncs,
  ...PARTS,
  ...memberships,
  ...resources,
  ...credentials,
  ...others,
  ...actions,
];

function actionIn(lines: readonly TranscriptLine[]): string {
  const text = JSON.stringify(lines.find(({ call }) => call === "FinishTask")?.request);
  const id = /"id":"([^"]+)"/.exec(text)?.[1];
  if (id === undefined) throw new Error(`no action was begun: ${text}`);
  return id;
}

/** 27 letters and digits, as the platform's ids are. */
export function taskIdOf(index: number): string {
  return `task${String(index)}`.padEnd(27, "x");
}
