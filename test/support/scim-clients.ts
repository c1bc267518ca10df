import type { JsonObject } from "../../pkg/scim/resource.ts";
import type { PoolDefinition } from "../cognito/pool.ts";

// What the scripted clients send, and the kinds of pools that they send it to.

export interface PoolKind {
  readonly kind: string;
  readonly definition: Partial<PoolDefinition>;
  /** The userName of the nth person, and another name that the same person gets by a rename. */
  readonly userName: (n: number) => string;
  readonly newName: (n: number) => string;
  /** Whether the pool lets the name of a person change. */
  readonly canRename: boolean;
}

export const POOL_KINDS: readonly PoolKind[] = [
  {
    kind: "username",
    definition: {},
    userName: (n) => `Ada.Roe${n}@corp.test`,
    newName: (n) => `Ada.Poe${n}@corp.test`,
    canRename: false,
  },
  {
    kind: "e-mail",
    definition: { usernameAttributes: ["email"] },
    userName: (n) => `Ada.Roe${n}@corp.test`,
    newName: (n) => `Ada.Poe${n}@corp.test`,
    canRename: true,
  },
  {
    kind: "phone",
    definition: { usernameAttributes: ["phone_number"] },
    userName: (n) => `+1555123000${n}`,
    newName: (n) => `+1555123100${n}`,
    canRename: true,
  },
  {
    kind: "e-mail alias",
    definition: { aliasAttributes: ["email"] },
    userName: (n) => `Ada.Roe${n}@corp.test`,
    newName: (n) => `Ada.Poe${n}@corp.test`,
    canRename: true,
  },
  {
    kind: "preferred username alias",
    definition: { aliasAttributes: ["email", "preferred_username"] },
    userName: (n) => `Ada-Roe${n}`,
    newName: (n) => `Ada-Poe${n}`,
    canRename: true,
  },
];

const CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User";
const CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/** The address of a person: where the userName is an address, that. */
export function mailOf(userName: string): string {
  return userName.includes("@") ? userName : `${userName.replace(/\W/g, "")}@mail.test`;
}

/** As Okta creates people. */
export function oktaUser(userName: string, over: JsonObject = {}): JsonObject {
  return {
    schemas: [CORE_USER],
    userName,
    name: { givenName: "Ada", familyName: "Roe" },
    emails: [{ primary: true, value: mailOf(userName), type: "work" }],
    displayName: "Ada Roe",
    locale: "en-US",
    externalId: `okta-${userName}`,
    groups: [],
    password: "Zx7!kkPq9",
    active: true,
    ...over,
  };
}

/** As Entra creates people. */
export function entraUser(userName: string, over: JsonObject = {}): JsonObject {
  return {
    schemas: [CORE_USER, ENTERPRISE],
    externalId: `entra-${userName}`,
    userName,
    active: true,
    displayName: "Kim Oh",
    emails: [{ primary: true, type: "work", value: mailOf(userName) }],
    meta: { resourceType: "User" },
    name: { formatted: "Kim Oh", familyName: "Oh", givenName: "Kim" },
    phoneNumbers: null,
    roles: [],
    [ENTERPRISE]: { department: "Ops", manager: "m-1" },
    ...over,
  };
}

/** As Okta pushes groups. */
export function oktaGroup(displayName: string, memberIds: readonly string[] = []): JsonObject {
  return {
    schemas: [CORE_GROUP],
    displayName,
    members: memberIds.map((value) => ({ value, display: value })),
  };
}

/** As Entra creates groups: without members. */
export function entraGroup(displayName: string): JsonObject {
  return {
    schemas: [CORE_GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
    externalId: `entra-${displayName}`,
    displayName,
    meta: { resourceType: "Group" },
  };
}
