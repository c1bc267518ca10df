/** The two types of resources that a pool has for SCIM. */
export type ResourceKind = "User" | "Group";

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** A resource with canonical attribute names; extensions are under their URN. */
export type ScimResource = JsonObject;

export const USER_URN = "urn:ietf:params:scim:schemas:core:2.0:User";
export const GROUP_URN = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const ENTERPRISE_URN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const COGNITO_USER_URN = "urn:connector:cognito:2.0:User";
export const COGNITO_GROUP_URN = "urn:connector:cognito:2.0:Group";
export const PATCH_URN = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
export const LIST_URN = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
export const ERROR_URN = "urn:ietf:params:scim:api:messages:2.0:Error";
export const SEARCH_URN = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
export const BULK_REQUEST_URN = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
export const BULK_RESPONSE_URN = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

/** Which attributes an answer has: paths as the caller wrote them. Only one of the two is given. */
export interface Projection {
  readonly attributes?: readonly string[] | undefined;
  readonly excludedAttributes?: readonly string[] | undefined;
}

/** One member of a group. Its id in SCIM depends on the profile. */
export interface MemberRef {
  readonly sub: string;
  readonly username: string;
}

/** One group of a user. */
export interface GroupRef {
  readonly name: string;
  /** As SCIM shows it. */
  readonly displayName: string;
}
