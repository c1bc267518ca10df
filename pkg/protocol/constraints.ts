// Checks a message by the `validate.rules` options in proto/, read from its descriptor. Written by hand because
// protoc-gen-validate has no runtime for JavaScript.
//
// Invariants:
//   CONSTRAINT-1. A rule that this code does not interpret fails when its message type is first used; it is never
//       ignored.
//   CONSTRAINT-2. A problem names lengths, counts and numbers, never a text: any field may hold a secret or personal
//       data.
//   CONSTRAINT-3. A message type from which no rule can be reached costs one look-up.
import {
  type DescField,
  type DescMessage,
  type DescOneof,
  getOption,
  hasOption,
  type MessageShape,
} from "@bufbuild/protobuf";
import {
  isReflectList,
  isReflectMap,
  isReflectMessage,
  type ReflectMessage,
  reflect,
} from "@bufbuild/protobuf/reflect";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { GovernanceError } from "../core/errors.ts";
import {
  type FieldRules,
  MessageRulesSchema,
  required,
  rules as rulesOption,
} from "../gen/validate/validate_pb.ts";
import { expectInterpreted, malformed, uninterpreted } from "./constraints/interpreted.ts";
import { listProblem, listRules } from "./constraints/list-rules.ts";
import { valueCheck } from "./constraints/value-rules.ts";

/** The first breach, in the order of the fields. The path is in proto names: `grant.entitlement.id`, `emails[1].address`. */
interface Violation {
  readonly path: string;
  readonly problem: string;
}

/** Throws `invalid-argument` with the first breach: `resource_id.resource: must be 1 to 1024 bytes, got 0`. */
export function checkConstraints<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): void {
  const violation = findViolation(schema, message);
  if (violation !== undefined) {
    throw new GovernanceError("invalid-argument", `${violation.path}: ${violation.problem}`);
  }
}

/** The first breach, or undefined. Sub-messages that are set are checked too; an Any is not unpacked. */
export function findViolation<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
): Violation | undefined {
  const steps = stepsOf(schema);
  return steps.length === 0 ? undefined : firstViolation(steps, reflect(schema, message, false));
}

/** Checks one field or oneof of a message. */
type Step = (message: ReflectMessage) => Violation | undefined;

/** Checks one value. The path is relative: empty for the value itself, otherwise it begins with `.` or `[`. */
type Check = (value: unknown) => Violation | undefined;

const prepared = new WeakMap<DescMessage, readonly Step[]>();

function stepsOf(root: DescMessage): readonly Step[] {
  const known = prepared.get(root);
  if (known !== undefined) return known;
  // Every reachable type is prepared at once, so that CONSTRAINT-1 does not depend on the values that arrive.
  const compiled = [...reachable(root)].map((desc) => [desc, compile(desc)] as const);
  for (const [desc, steps] of compiled) prepared.set(desc, steps);
  return prepared.get(root) ?? [];
}

function firstViolation(steps: readonly Step[], message: ReflectMessage): Violation | undefined {
  for (const step of steps) {
    const violation = step(message);
    if (violation !== undefined) return violation;
  }
  return undefined;
}

function compile(desc: DescMessage): readonly Step[] {
  return [...desc.fields.map(fieldStep), ...desc.oneofs.map(oneofStep)].filter((step) => step !== undefined);
}

function carriesRules(root: DescMessage): boolean {
  for (const desc of reachable(root)) {
    if (desc.fields.some((field) => hasOption(field, rulesOption))) return true;
    if (desc.oneofs.some((oneof) => hasOption(oneof, required))) return true;
  }
  return false;
}

function reachable(root: DescMessage): ReadonlySet<DescMessage> {
  const seen = new Set([root]);
  // A Set also iterates over what is added during the iteration, and a recursive message is added once.
  for (const desc of seen) {
    for (const field of desc.fields) if (field.message !== undefined) seen.add(field.message);
  }
  return seen;
}

function fieldStep(field: DescField): Step | undefined {
  const rules = hasOption(field, rulesOption) ? getOption(field, rulesOption) : undefined;
  const mustBeSet = requiresPresence(field, rules);
  const check = fieldCheck(field, rules);
  if (!mustBeSet && check === undefined) return undefined;
  const hasPresence = field.presence !== FeatureSet_FieldPresence.IMPLICIT;
  return (message) => {
    if (hasPresence && !message.isSet(field)) {
      return mustBeSet ? { path: field.name, problem: "must be set" } : undefined;
    }
    return within(field.name, check?.(message.get(field)));
  };
}

function requiresPresence(field: DescField, rules: FieldRules | undefined): boolean {
  if (rules?.message === undefined) return false;
  expectInterpreted(field, MessageRulesSchema, rules.message, ["required"]);
  if (field.fieldKind !== "message" || field.oneof !== undefined) {
    throw uninterpreted(field, "MessageRules anywhere but on a single message outside a oneof");
  }
  return rules.message.required === true;
}

function oneofStep(oneof: DescOneof): Step | undefined {
  if (!getOption(oneof, required)) return undefined;
  const names = oneof.fields.map((field) => field.name).join(", ");
  return (message) =>
    message.oneofCase(oneof) === undefined
      ? { path: oneof.name, problem: `one of ${names} must be set` }
      : undefined;
}

function fieldCheck(field: DescField, rules: FieldRules | undefined): Check | undefined {
  switch (field.fieldKind) {
    case "list":
      return listCheck(field, rules);
    case "map":
      if (rules !== undefined) throw uninterpreted(field, "rules of a map");
      return mapCheck(field);
    case "scalar":
    case "enum":
    case "message":
      return singleCheck(field, rules);
  }
}

function listCheck(field: DescField, rules: FieldRules | undefined): Check | undefined {
  const whole = rules === undefined ? undefined : listRules(field, rules);
  const checkItem = singleCheck(field, whole?.items);
  if (whole === undefined && checkItem === undefined) return undefined;
  return (value) => {
    if (!isReflectList(value)) throw malformed(field);
    const items = [...value];
    const problem = whole && listProblem(whole, items);
    return problem === undefined ? firstInside(items, checkItem) : { path: "", problem };
  };
}

function mapCheck(field: DescField): Check | undefined {
  const checkItem = singleCheck(field, undefined);
  if (checkItem === undefined) return undefined;
  return (value) => {
    if (!isReflectMap(value)) throw malformed(field);
    // The path has the number of the entry, because a key may be personal data (CONSTRAINT-2).
    return firstInside([...value.values()], checkItem);
  };
}

/** The check of a field's single value, or of one item of its list or map. */
function singleCheck(field: DescField, rules: FieldRules | undefined): Check | undefined {
  const checkOwn = rules && valueCheck(field, rules);
  const nested = field.message !== undefined && carriesRules(field.message) ? field.message : undefined;
  if (checkOwn === undefined && nested === undefined) return undefined;
  return (value) => {
    const problem = checkOwn?.(value);
    if (problem !== undefined) return { path: "", problem };
    if (nested === undefined) return undefined;
    if (!isReflectMessage(value)) throw malformed(field);
    return within(".", firstViolation(stepsOf(nested), value));
  };
}

function firstInside(items: readonly unknown[], check: Check | undefined): Violation | undefined {
  if (check === undefined) return undefined;
  for (const [index, item] of items.entries()) {
    const violation = check(item);
    if (violation !== undefined) return within(`[${index}]`, violation);
  }
  return undefined;
}

function within(prefix: string, violation: Violation | undefined): Violation | undefined {
  return violation && { path: prefix + violation.path, problem: violation.problem };
}
