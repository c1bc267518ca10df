import { type CommandName, flagSetting, optionalTextSetting, type Setting, textSetting } from "./setting.ts";
import { flagAsText, jsonObject } from "./values/operation-shapes.ts";
import { plainText } from "./values/shapes.ts";
import { parseTime } from "./values/times.ts";

const COMMON: {
  readonly group: "One operation";
  readonly operators: true;
  readonly commands: readonly CommandName[];
} = { group: "One operation", operators: true, commands: ["baton"] };

/** The rows of the group One operation, all but one under Baton's names. */
export const OPERATION_SETTINGS = {
  "grant-entitlement": optionalTextSetting({
    ...COMMON,
    description: "Grant this entitlement, such as group:admins:member, and end",
    example: "id",
    parse: plainText,
  }),
  "grant-principal": optionalTextSetting({
    ...COMMON,
    description: "ID of the user who gets the entitlement",
    example: "id",
    parse: plainText,
  }),
  "grant-principal-type": optionalTextSetting({
    ...COMMON,
    description: "Resource type of the principal, which is user",
    example: "type",
    parse: plainText,
  }),
  "revoke-grant": optionalTextSetting({
    ...COMMON,
    description: "Revoke this grant, such as group:admins:member:user:<id>, and end; file is searched for it",
    example: "id",
    parse: plainText,
  }),
  "create-account-login": optionalTextSetting({
    ...COMMON,
    description: "Create an account with this login, and end",
    example: "name",
    parse: plainText,
    discreet: true,
  }),
  "create-account-email": optionalTextSetting({
    ...COMMON,
    description: "Create an account with this e-mail address, and end",
    example: "address",
    parse: plainText,
    discreet: true,
  }),
  "create-account-profile": optionalTextSetting({
    ...COMMON,
    description: "Create an account with this profile, a JSON object, and end",
    example: "json",
    parse: jsonObject,
    discreet: true,
  }),
  "create-account-resource-type": optionalTextSetting({
    ...COMMON,
    description: "Resource type of the account, which is user",
    example: "type",
    parse: plainText,
  }),
  "delete-resource": optionalTextSetting({
    ...COMMON,
    description: "Delete the user or group with this ID, and end",
    example: "id",
    parse: plainText,
  }),
  "delete-resource-type": optionalTextSetting({
    ...COMMON,
    description: "Resource type of what is deleted: user or group",
    example: "type",
    parse: plainText,
  }),
  "rotate-credentials": optionalTextSetting({
    ...COMMON,
    description: "Give the user with this ID a random password, and end; needs encrypt-to",
    example: "id",
    parse: plainText,
  }),
  "rotate-credentials-type": optionalTextSetting({
    ...COMMON,
    description: "Resource type of the user, which is user",
    example: "type",
    parse: plainText,
  }),
  "encrypt-to": optionalTextSetting({
    ...COMMON,
    description:
      "File with the public JWK or age recipient that a random password is encrypted to and printed; an account gets no password without it",
    example: "path",
    parse: plainText,
  }),
  "invoke-action": optionalTextSetting({
    ...COMMON,
    description: "Run the action of this name, wait for its result, and end",
    example: "name",
    parse: plainText,
  }),
  "invoke-action-args": textSetting({
    ...COMMON,
    description: "Arguments of the action, a JSON object",
    example: "json",
    parse: jsonObject,
    fallback: {},
    fallbackText: "{}",
    discreet: true,
  }),
  "invoke-action-resource-type": optionalTextSetting({
    ...COMMON,
    description: "Resource type that the action changes",
    example: "type",
    parse: plainText,
  }),
  "list-action-schemas": flagSetting({
    ...COMMON,
    description: "Print the actions, and end",
  }),
  "list-action-schemas-resource-type": optionalTextSetting({
    ...COMMON,
    description: "Only the actions of this resource type",
    example: "type",
    parse: plainText,
  }),
  "event-feed": textSetting({
    ...COMMON,
    description: "Print the events that the inventory has recorded, oldest first, and end",
    example: "true",
    parse: flagAsText,
    fallback: false,
    fallbackText: "false",
  }),
  "event-feed-id": optionalTextSetting({
    ...COMMON,
    description: "ID of the event feed, which is baton_feed_event",
    example: "id",
    parse: plainText,
  }),
  "event-feed-start-at": optionalTextSetting({
    ...COMMON,
    description: "Time of the first event, such as 2026-11-21T18:00:00Z",
    example: "time",
    parse: parseTime,
  }),
  "event-feed-cursor": optionalTextSetting({
    ...COMMON,
    description: "Where an earlier listing of the events ended",
    example: "cursor",
    parse: plainText,
  }),
  "c1z-temp-dir": optionalTextSetting({
    ...COMMON,
    description:
      "Existing directory that file is unpacked in to find a grant; a sync keeps its working files in state-dir",
    example: "path",
    parse: plainText,
    fallbackText: "the system's temporary directory",
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
