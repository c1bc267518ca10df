import { type JsonObject, toJson } from "@bufbuild/protobuf";
import type { Config, OutputFormat } from "../../../../pkg/config/config.ts";
import { type LoadedOutput, loadOutput } from "../../../../pkg/config/load-config.ts";
import type { Flags } from "../../../../pkg/config/sources/read-settings.ts";
import type { Action } from "../../../../pkg/connector/actions/action.ts";
import { readArguments } from "../../../../pkg/connector/actions/arguments.ts";
import { actionNamed, actionSchemas } from "../../../../pkg/connector/actions/catalogue.ts";
import { warningField } from "../../../../pkg/connector/outcome-notes.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { repeatsName } from "../../../../pkg/core/json-names.ts";
import { type BatonActionSchema, BatonActionSchemaSchema } from "../../../../pkg/protocol/messages.ts";
import { type Context, processInfo } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";
import { printWarnings } from "../../process/messages.ts";
import { makeChanges } from "../make-changes.ts";
import { changeRow } from "../output/change-output.ts";
import type { Column } from "../output/columns.ts";
import { createObjectWriter } from "../output/object-writer.ts";
import { createRowWriter } from "../output/row-writer.ts";

const COLUMNS: readonly Column<BatonActionSchema>[] = [
  { key: "name", value: ({ name }) => name },
  { key: "arguments", value: argumentNames },
  { key: "description", value: ({ description }) => description },
];

/** Prints the actions. JSON contains the full schemas as protojson. Needs no pool. */
export async function actionsListCommand(flags: Flags, context: Context): Promise<number> {
  const { output, warnings }: LoadedOutput = loadOutput("actions", flags, processInfo(context));
  printWarnings(warnings, context);
  await printSchemas(output, "", context);
  return OK;
}

/** Prints the actions of a resource type; "": all. */
export async function printSchemas(
  output: OutputFormat,
  resourceType: string,
  { stdout }: Context,
): Promise<void> {
  const schemas = actionSchemas(resourceType);
  if (output === "json" || output === "jsonl") {
    const rows = createObjectWriter(output, stdout);
    await rows.write(schemas.map((schema) => toJson(BatonActionSchemaSchema, schema)).filter(isObject));
    await rows.end();
    return;
  }
  const rows = createRowWriter(output, COLUMNS, stdout);
  await rows.write(schemas);
  await rows.end();
}

/** `user_id, sign_out?`: a question mark means optional. */
function argumentNames(schema: BatonActionSchema): string {
  return schema.arguments.map(({ name, isRequired }) => (isRequired ? name : `${name}?`)).join(", ");
}

/** Runs one action and waits until it ends. `text` is the JSON of the arguments, or "-" for stdin. */
export async function actionsInvokeCommand(
  name: string,
  text: string,
  config: Config,
  context: Context,
): Promise<number> {
  const action = findAction(name);
  const fromStdin = text === "-";
  const given = parseArguments(fromStdin ? await context.stdin.read("end", context.signal) : text);
  if (!fromStdin) {
    refuseSecrets(
      action,
      given,
      "--args",
      "every user of this machine can read a command line; give the arguments on stdin with --args -",
    );
  }
  const { id, args } = withArgsFlag(() => readArguments(action, given));
  const run = withArgsFlag(() => action.prepare(id, args));
  const target = action.subject.type === "user" ? { user: id } : { group: id };
  return await makeChanges(config, context, {
    detailKeys: ["action", "response"],
    flags: {},
    changes: [
      {
        name: `action ${name}`,
        async make({ provisioner, write, signal }) {
          const { outcome, fields } = await run(provisioner, write, signal);
          const row = changeRow("action", outcome, {
            ...target,
            details: { action: name, response: { ...fields, ...warningField(outcome) } },
            done: `done: ${name}, ${action.subject.type} ${id}`,
            already: `${action.subject.type} ${id} is already as ${name} makes it`,
          });
          return row;
        },
      },
    ],
  });
}

function findAction(name: string): Action {
  try {
    return actionNamed(name);
  } catch (error) {
    const failure = GovernanceError.from(error);
    const names = actionSchemas("").map((schema) => schema.name);
    throw new GovernanceError(
      failure.code,
      `unknown action ${JSON.stringify(name)}; the actions are ${names.join(", ")}`,
    );
  }
}

function parseArguments(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The error of the parser quotes the text, which may contain a password.
    throw new GovernanceError(
      "invalid-argument",
      '--args: is not JSON; give an object such as {"user_id": "…"}',
    );
  }
  if (isObject(value)) {
    if (!repeatsName(text)) return value;
    throw new GovernanceError("invalid-argument", "--args: has a member twice; keep one");
  }
  throw new GovernanceError("invalid-argument", '--args: must be a JSON object such as {"user_id": "…"}');
}

/** Refuses a password among arguments that others can read. */
export function refuseSecrets({ schema }: Action, given: JsonObject, flag: string, why: string): void {
  const secret = schema.arguments.find((field) => field.isSecret && Object.hasOwn(given, field.name));
  if (secret === undefined) return;
  throw new GovernanceError("invalid-argument", `${flag}: ${secret.name} is secret, and ${why}`);
}

/** Errors of the action name `args.user_id`; here the flag is --args. */
function withArgsFlag<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const failure = GovernanceError.from(error);
    throw new GovernanceError(failure.code, failure.message.replace(/^args(\.|: )/, "--args: "));
  }
}

/** For parsed JSON only: the members are then JSON too. */
function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
