import { AwsError, invalidParameter } from "./errors.ts";

/** A request body after `validate`: every member of the operation has its declared type, or is absent. */
export type Input = Readonly<Record<string, unknown>>;

/** The constraint on one member, as the service's model states it. */
export type Rule =
  | {
      readonly kind: "text";
      readonly min?: number;
      readonly max?: number;
      readonly pattern?: Pattern;
      readonly values?: readonly string[];
      /** The service does not repeat such values in its messages. */
      readonly sensitive?: boolean;
    }
  | { readonly kind: "whole"; readonly min?: number; readonly max?: number }
  | { readonly kind: "flag" }
  | { readonly kind: "list"; readonly of: Rule }
  | { readonly kind: "record"; readonly members: Members }
  | { readonly kind: "map" };

export interface Pattern {
  readonly text: string;
  readonly regex: RegExp;
}

export interface Member {
  readonly rule: Rule;
  readonly required: boolean;
}

export type Members = Readonly<Record<string, Member>>;

export const pattern = (text: string): Pattern => ({ text, regex: new RegExp(`^(?:${text})$`, "u") });

const jsonKind = (value: unknown): string => (Array.isArray(value) ? "array" : typeof value);

const wanted = {
  text: "string",
  whole: "number",
  flag: "boolean",
  list: "array",
  record: "object",
  map: "object",
};

const javaName = {
  text: "a String",
  whole: "an Integer",
  flag: "a Boolean",
  list: "a collection",
  record: "a structure",
  map: "a map",
};

// A wrong JSON type fails in the front end's parser, before any constraint is checked.
function assertKind(value: unknown, rule: Rule): void {
  if (jsonKind(value) === wanted[rule.kind]) return;
  throw new AwsError(
    "SerializationException",
    `${jsonKind(value).toUpperCase()}_VALUE can not be converted to ${javaName[rule.kind]}`,
  );
}

// Lengths are counted in characters, not in UTF-16 units.
const lengthOf = (text: string, limit: number): number =>
  text.length <= limit ? text.length : Array.from(text).length;

function textBreaches(value: string, rule: Extract<Rule, { kind: "text" }>): string[] {
  const found: string[] = [];
  if (rule.values !== undefined && !rule.values.includes(value)) {
    found.push(`Member must satisfy enum value set: [${rule.values.join(", ")}]`);
  }
  if (rule.pattern !== undefined && !rule.pattern.regex.test(value)) {
    found.push(`Member must satisfy regular expression pattern: ${rule.pattern.text}`);
  }
  if (rule.max !== undefined && lengthOf(value, rule.max) > rule.max) {
    found.push(`Member must have length less than or equal to ${rule.max}`);
  }
  if (rule.min !== undefined && value.length < rule.min) {
    found.push(`Member must have length greater than or equal to ${rule.min}`);
  }
  return found;
}

function numberBreaches(value: number, rule: Extract<Rule, { kind: "whole" }>): string[] {
  const found: string[] = [];
  if (rule.max !== undefined && value > rule.max) {
    found.push(`Member must have value less than or equal to ${rule.max}`);
  }
  if (rule.min !== undefined && value < rule.min) {
    found.push(`Member must have value greater than or equal to ${rule.min}`);
  }
  return found;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function check(value: unknown, rule: Rule, path: string, breaches: string[]): void {
  assertKind(value, rule);
  const report = (shown: string, found: readonly string[]): void => {
    for (const one of found) breaches.push(`Value${shown} at '${path}' failed to satisfy constraint: ${one}`);
  };
  if (rule.kind === "text" && typeof value === "string") {
    report(rule.sensitive === true ? "" : ` '${value}'`, textBreaches(value, rule));
  } else if (rule.kind === "whole" && typeof value === "number") {
    report(` '${value}'`, numberBreaches(value, rule));
  } else if (rule.kind === "list" && Array.isArray(value)) {
    for (const [at, item] of value.entries()) check(item, rule.of, `${path}.${at + 1}.member`, breaches);
  } else if (rule.kind === "record" && isRecord(value)) {
    checkMembers(value, rule.members, `${path}.`, breaches);
  }
}

const camel = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

function checkMembers(input: Input, members: Members, prefix: string, breaches: string[]): void {
  for (const [name, member] of Object.entries(members)) {
    const value = input[name] ?? undefined;
    const path = prefix + camel(name);
    if (value !== undefined) check(value, member.rule, path, breaches);
    else if (member.required) {
      breaches.push(`Value null at '${path}' failed to satisfy constraint: Member must not be null`);
    }
  }
}

/** Refuses a body that violates the model, with all violations in one message, as the service does. */
export function validate(body: unknown, members: Members): Input {
  if (!isRecord(body))
    throw new AwsError("SerializationException", "Start of structure or map found where not expected.");
  const breaches: string[] = [];
  checkMembers(body, members, "", breaches);
  const [first] = breaches;
  if (first === undefined) return body;
  const count = breaches.length === 1 ? "1 validation error" : `${breaches.length} validation errors`;
  throw invalidParameter(`${count} detected: ${breaches.join("; ")}`);
}

// Readers of a validated input. They fail loudly when an operation reads what it did not declare.

export function textOf(input: Input, name: string): string {
  const value = input[name];
  if (typeof value !== "string") throw new TypeError(`${name} is not declared as required text`);
  return value;
}

export function optionalText(input: Input, name: string): string | undefined {
  const value = input[name];
  return typeof value === "string" ? value : undefined;
}

export function optionalNumber(input: Input, name: string): number | undefined {
  const value = input[name];
  return typeof value === "number" ? value : undefined;
}

export const flagOf = (input: Input, name: string): boolean => input[name] === true;

export function textsOf(input: Input, name: string): string[] | undefined {
  const value = input[name];
  if (!Array.isArray(value)) return undefined;
  return value.filter((item): item is string => typeof item === "string");
}

export function recordsOf(input: Input, name: string): Input[] | undefined {
  const value = input[name];
  return Array.isArray(value) ? value.filter(isRecord) : undefined;
}

export function recordOf(input: Input, name: string): Input | undefined {
  const value = input[name];
  return isRecord(value) ? value : undefined;
}
