// Requests as a governance platform makes them, in protobuf's JSON form.
import type { JsonObject } from "./official-client.ts";

/** What the platform sends for the id of a grant that it has never seen (the SDK's UnknownGrantId). */
export const UNKNOWN_GRANT = "🧸_UNKNOWN_GRANT_ID";

export const GRANT = "GrantManagerService/Grant";
export const REVOKE = "GrantManagerService/Revoke";
export const CREATE_ACCOUNT = "AccountManagerService/CreateAccount";
export const ROTATE = "CredentialManagerService/RotateCredential";
export const CREATE_RESOURCE = "ResourceManagerService/CreateResource";
export const DELETE = "ResourceManagerService/DeleteResource";
export const DELETE_V2 = "ResourceDeleterService/DeleteResourceV2";
export const INVOKE = "ActionService/InvokeAction";
export const STATUS = "ActionService/GetActionStatus";

export const DRY_RUN = { metadata: { "dry-run": "true" } } as const;

export const random = (length = 20): JsonObject => ({ random_password: { length: String(length) } });

export const resource = (type: string, id: string): JsonObject => ({
  id: { resource_type: type, resource: id },
});

export const memberOf = (group: string): JsonObject => ({
  id: `group:${group}:member`,
  slug: "member",
  resource: resource("group", group),
});

export const grantRequest = (group: string, user: string): JsonObject => ({
  entitlement: memberOf(group),
  principal: resource("user", user),
});

export const revokeRequest = (group: string, user: string, id = UNKNOWN_GRANT): JsonObject => ({
  grant: { id, ...grantRequest(group, user) },
});

export const resourceId = (type: string, id: string): JsonObject => ({
  resource_id: { resource_type: type, resource: id },
});

/** Waits ten seconds for the result, far longer than any action takes here. */
export const invoke = (name: string, args: JsonObject, wait = "10s"): JsonObject => ({
  name,
  args,
  inline_wait: wait,
});
