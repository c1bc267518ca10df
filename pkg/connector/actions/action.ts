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

/** The arguments of one invocation, each of the kind that the schema says. Missing is undefined. */
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
  /** The return fields beside those that every action has. */
  readonly fields: JsonObject;
}

/** The change, with its arguments read. */
type ActionRun = (
  provisioner: Provisioner,
  context: WriteContext,
  signal: AbortSignal,
) => Promise<ActionResult>;

/** On what an action works, and by which names its id may come. */
export interface Subject {
  readonly type: "user" | "group";
  readonly argument: string;
  readonly aliases: readonly string[];
}

export interface Action {
  readonly schema: BatonActionSchema;
  readonly subject: Subject;
  readonly atLeastOneOf: readonly string[];
  /** Arguments that people try and that cannot be: why. */
  readonly refused: ReadonlyMap<string, string>;
  /** Throws `invalid-argument` where the values do not fit together. */
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

const USER: Subject = { type: "user", argument: "user_id", aliases: ["resource_id", "userId"] };
const GROUP: Subject = { type: "group", argument: "group_id", aliases: ["resource_id", "groupId"] };

/** An action on one user, which a platform hands the account's id. */
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
  boolField("success", { displayName: "Success", description: "Whether it is now as asked" }),
  stringField("outcome", {
    displayName: "Outcome",
    description: "done, nothing-to-do when it was so already, or planned in a dry run",
  }),
  stringField("change", { displayName: "Change", description: "The id under which the audit log has it" }),
];
