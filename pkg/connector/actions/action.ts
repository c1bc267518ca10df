import { create, type JsonObject } from "@bufbuild/protobuf";
import {
  ActionType,
  type BatonActionSchema,
  BatonActionSchemaSchema,
  type ConfigField,
  ConstraintKind,
} from "../../protocol/messages.ts";
import type { Outcome, Provisioner, UserRef, WriteContext } from "../../provision/provisioner.ts";
import { boolField, stringField } from "./fields.ts";

/** The arguments of one invocation, each of the type that the schema declares; undefined when missing. */
export interface Arguments {
  text(name: string): string | undefined;
  flag(name: string): boolean | undefined;
  whole(name: string): number | undefined;
  texts(name: string): readonly string[];
  map(name: string): ReadonlyMap<string, string | number | boolean>;
}

/** What an action did. */
export interface ActionResult {
  readonly outcome: Outcome<unknown>;
  /** Return fields of this action, in addition to those that every action has. */
  readonly fields: JsonObject;
}

/** Makes the change, with arguments that are already read. */
type ActionRun = (
  provisioner: Provisioner,
  context: WriteContext,
  signal: AbortSignal,
) => Promise<ActionResult>;

/** What an action changes, and the argument names under which its id may be sent. */
export interface Subject {
  readonly type: "user" | "group";
  readonly argument: string;
  readonly aliases: readonly string[];
}

export interface Action {
  readonly schema: BatonActionSchema;
  readonly subject: Subject;
  readonly atLeastOneOf: readonly string[];
  /** Arguments that callers try and that cannot work, each with the reason. */
  readonly refused: ReadonlyMap<string, string>;
  /** Throws `invalid-argument` when the values contradict each other. */
  prepare(id: string, args: Arguments): ActionRun;
}

interface ActionDefinition {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly types?: readonly ActionType[];
  readonly arguments?: readonly ConfigField[];
  readonly returns?: readonly ConfigField[];
  readonly atLeastOneOf?: readonly string[];
}

/** Under these names platforms send any resource id. */
const ANY_ID = ["resource_id", "resourceId", "resource"] as const;

const USER: Subject = { type: "user", argument: "user_id", aliases: ["userId", ...ANY_ID] };
const GROUP: Subject = { type: "group", argument: "group_id", aliases: ["groupId", ...ANY_ID] };

/** An action on one user, whose account id the platform sends. */
export function userAction(
  definition: ActionDefinition,
  prepare: (user: UserRef, args: Arguments) => ActionRun,
): Action {
  return {
    schema: actionSchema(definition, USER, [ActionType.ACCOUNT, ...(definition.types ?? [])]),
    subject: USER,
    atLeastOneOf: definition.atLeastOneOf ?? [],
    refused: new Map(),
    prepare: (id, args) => prepare({ by: "id", value: id }, args),
  };
}

/** An action on one user that has no arguments but the id. */
export function plainUserAction(
  definition: ActionDefinition,
  run: (
    provisioner: Provisioner,
    user: UserRef,
    context: WriteContext,
    signal: AbortSignal,
  ) => Promise<Outcome<unknown>>,
): Action {
  return userAction(definition, (user) => async (provisioner, context, signal) => {
    return { outcome: await run(provisioner, user, context, signal), fields: {} };
  });
}

export function groupAction(
  definition: ActionDefinition,
  refused: ReadonlyMap<string, string>,
  prepare: (group: string, args: Arguments) => ActionRun,
): Action {
  return {
    schema: actionSchema(definition, GROUP, [ActionType.DYNAMIC]),
    subject: GROUP,
    atLeastOneOf: definition.atLeastOneOf ?? [],
    refused,
    prepare,
  };
}

function actionSchema(
  definition: ActionDefinition,
  { type, argument }: Subject,
  actionType: ActionType[],
): BatonActionSchema {
  const { name, displayName, description, atLeastOneOf = [] } = definition;
  const id = stringField(argument, {
    displayName: type === "user" ? "User" : "Group",
    description: `The resource id of the ${type}`,
    isRequired: true,
  });
  const constraints =
    atLeastOneOf.length === 0 ? [] : [{ kind: ConstraintKind.AT_LEAST_ONE, fieldNames: [...atLeastOneOf] }];
  return create(BatonActionSchemaSchema, {
    name,
    displayName,
    description,
    arguments: [id, ...(definition.arguments ?? [])],
    constraints,
    returnTypes: [...COMMON_RETURNS, ...(definition.returns ?? [])],
    actionType,
  });
}

const COMMON_RETURNS: readonly ConfigField[] = [
  boolField("success", {
    displayName: "Success",
    description: "Whether the user or group is now as requested",
  }),
  stringField("outcome", {
    displayName: "Outcome",
    description: "done; nothing-to-do if it was so already; planned in a dry run",
  }),
  stringField("change", { displayName: "Change", description: "The id of the change in the audit log" }),
  stringField("warning", {
    displayName: "Warning",
    description:
      "The part of the change that AWS denied, with the missing IAM action; absent if there is none",
  }),
];
