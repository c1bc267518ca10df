import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { GovernanceError } from "../../core/errors.ts";
import { quotedName } from "../../core/text.ts";
import type { ConfigField } from "../../protocol/messages.ts";
import { invalidField } from "../requests.ts";
import type { Action, Arguments } from "./action.ts";
import { subjectId, TYPE_ARGUMENTS } from "./subject-id.ts";

interface ReadArguments {
  /** The id of the user or group that the action changes. */
  readonly id: string;
  readonly args: Arguments;
}

/** Checks everything that the schema declares. A null counts as absent. No error quotes a value: it may be a password. */
export function readArguments(action: Action, raw: JsonObject): ReadArguments {
  const { schema, subject, atLeastOneOf } = action;
  const given = new Map<string, JsonValue>();
  for (const [name, value] of Object.entries(raw)) {
    if (value === null) continue;
    checkKnown(action, name);
    given.set(name, value);
  }
  const id = subjectId(subject, given);
  for (const field of schema.arguments) {
    if (field.name === subject.argument) continue;
    const value = given.get(field.name);
    if (value === undefined) {
      if (field.isRequired)
        throw invalidField(`args.${field.name}`, `missing; action ${schema.name} needs it`);
      continue;
    }
    const problem = problemOf(field, value);
    if (problem !== undefined) throw invalidField(`args.${field.name}`, problem);
  }
  if (atLeastOneOf.length > 0 && !atLeastOneOf.some((name) => given.has(name))) {
    throw new GovernanceError(
      "invalid-argument",
      `args: action ${schema.name} needs at least one of ${atLeastOneOf.join(", ")}`,
    );
  }
  return { id, args: argumentsOf(given) };
}

function checkKnown({ schema, subject, refused }: Action, name: string): void {
  const why = refused.get(name);
  if (why !== undefined) throw invalidField(`args.${name}`, why);
  const names = schema.arguments.map((field) => field.name);
  if (names.includes(name) || subject.aliases.includes(name) || TYPE_ARGUMENTS.includes(name)) return;
  throw new GovernanceError(
    "invalid-argument",
    `args: action ${schema.name} has no argument ${quotedName(name)}; it takes ${names.join(", ")}`,
  );
}

function problemOf({ field, isRequired }: ConfigField, value: JsonValue): string | undefined {
  switch (field.case) {
    case "stringField":
      if (typeof value !== "string") return "must be a string";
      return isRequired && value === "" ? "must not be empty" : undefined;
    case "boolField":
      return typeof value === "boolean" ? undefined : "must be true or false";
    case "intField": {
      const upTo = Number(field.value.rules?.lte ?? Number.MAX_SAFE_INTEGER);
      const fits = typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= upTo;
      return fits ? undefined : `must be a whole number from 0 to ${upTo}`;
    }
    case "stringSliceField":
      return isTexts(value) ? undefined : "must be a list of strings, none of them empty";
    case "stringMapField":
      return isScalars(value) ? undefined : "must be an object whose values are strings, numbers or booleans";
    case "resourceIdField":
    case "resourceIdSliceField":
    case "resourceField":
    case "resourceSliceField":
    case "entitlementSliceField":
    case "grantSliceField":
    case undefined:
      return `cannot be given: this connector reads no arguments of kind ${field.case ?? "unknown"}`;
  }
}

function argumentsOf(given: ReadonlyMap<string, JsonValue>): Arguments {
  return {
    text(name) {
      const value = given.get(name);
      return typeof value === "string" ? value : undefined;
    },
    flag(name) {
      const value = given.get(name);
      return typeof value === "boolean" ? value : undefined;
    },
    whole(name) {
      const value = given.get(name);
      return typeof value === "number" ? value : undefined;
    },
    texts(name) {
      const value = given.get(name);
      return isTexts(value) ? value : [];
    },
    map(name) {
      const value = given.get(name);
      return new Map(isScalars(value) ? Object.entries(value) : []);
    },
  };
}

function isTexts(value: JsonValue | undefined): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string" && item !== "");
}

function isScalars(value: JsonValue | undefined): value is Record<string, string | number | boolean> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  // A Struct can hold NaN and infinities, which JSON does not have.
  return Object.values(value).every(
    (item) => typeof item === "string" || typeof item === "boolean" || Number.isFinite(item),
  );
}
