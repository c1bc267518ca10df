import { type DescField, isMessage, ScalarType } from "@bufbuild/protobuf";
import { isReflectMessage, type ReflectMessage } from "@bufbuild/protobuf/reflect";
import { type Duration, DurationSchema } from "@bufbuild/protobuf/wkt";
import {
  type BytesRules,
  BytesRulesSchema,
  type DurationRules,
  DurationRulesSchema,
  type EnumRules,
  EnumRulesSchema,
  type FieldRules,
  FieldRulesSchema,
  type Int64Rules,
  Int64RulesSchema,
  type UInt32Rules,
  UInt32RulesSchema,
} from "../../gen/validate/validate_pb.ts";
import { expectInterpreted, malformed, uninterpreted } from "./interpreted.ts";
import { outOfRange, type Whole } from "./range.ts";
import { stringCheck } from "./string-rules.ts";

type RuleProblem = string | undefined;

/** What is wrong with one value, in words that do not repeat it; undefined when it is right. */
type ValueCheck = (value: unknown) => RuleProblem;

/** The check of one value of a field: the field itself, or one item of its list. */
export function valueCheck(field: DescField, rules: FieldRules): ValueCheck | undefined {
  expectRuleKind(field, rules);
  const { type } = rules;
  switch (type.case) {
    case undefined:
      return undefined;
    case "string":
      expectScalar(field, ScalarType.STRING);
      return narrowed(field, isString, stringCheck(field, type.value));
    case "bytes":
      expectScalar(field, ScalarType.BYTES);
      return narrowed(field, isBytes, bytesCheck(field, type.value));
    case "uint32":
      expectScalar(field, ScalarType.UINT32);
      return narrowed(field, isNumber, uint32Check(field, type.value));
    case "int64":
      expectScalar(field, ScalarType.INT64);
      return narrowed(field, isBigint, int64Check(field, type.value));
    case "enum":
      return narrowed(field, isNumber, enumCheck(field, type.value));
    case "duration":
      return narrowed(field, isReflectMessage, durationCheck(field, type.value));
    case "repeated":
      throw uninterpreted(field, "RepeatedRules of a single value");
  }
}

/** Throws when the rules are of a kind that validate.proto does not declare. */
export function expectRuleKind(field: DescField, rules: FieldRules): void {
  const kinds = ["message", "int64", "uint32", "string", "bytes", "enum", "repeated", "duration"];
  expectInterpreted(field, FieldRulesSchema, rules, kinds);
}

function bytesCheck(field: DescField, rules: BytesRules): (bytes: Uint8Array) => RuleProblem {
  expectInterpreted(field, BytesRulesSchema, rules, ["minLen", "maxLen", "len"]);
  const { len, minLen = len, maxLen = len } = rules;
  return (bytes) => outOfRange(bytes.length, minLen, maxLen, " bytes");
}

function uint32Check(field: DescField, rules: UInt32Rules): (number: number) => RuleProblem {
  expectInterpreted(field, UInt32RulesSchema, rules, ["lte", "gt", "ignoreEmpty"]);
  const { gt, lte, ignoreEmpty = false } = rules;
  const least = gt === undefined ? undefined : gt + 1;
  return (number) => (ignoreEmpty && number === 0 ? undefined : outOfRange(number, least, lte, ""));
}

function int64Check(field: DescField, rules: Int64Rules): (number: bigint) => RuleProblem {
  expectInterpreted(field, Int64RulesSchema, rules, ["lte", "gte"]);
  return (number) => outOfRange(number, rules.gte, rules.lte, "");
}

function enumCheck(field: DescField, rules: EnumRules): (number: number) => RuleProblem {
  expectInterpreted(field, EnumRulesSchema, rules, ["definedOnly"]);
  const declared = field.enum;
  if (declared === undefined) throw uninterpreted(field, "EnumRules of another type");
  if (rules.definedOnly !== true) return () => undefined;
  return (number) =>
    declared.value[number] === undefined
      ? `must be a value of ${declared.typeName}, got ${number}`
      : undefined;
}

function durationCheck(field: DescField, rules: DurationRules): (duration: ReflectMessage) => RuleProblem {
  expectInterpreted(field, DurationRulesSchema, rules, ["lte", "gte"]);
  if (field.message?.typeName !== DurationSchema.typeName) {
    throw uninterpreted(field, "DurationRules of another type");
  }
  const min = rules.gte && toNanos(rules.gte);
  const max = rules.lte && toNanos(rules.lte);
  return ({ message }) => {
    if (!isMessage(message, DurationSchema)) throw malformed(field);
    return isValidDuration(message)
      ? outOfRange(toNanos(message), min, max, " s", nanosAsSeconds)
      : "must be a valid duration";
  };
}

/** Ten thousand years at most, and both parts of the same sign, as google/protobuf/duration.proto requires. */
function isValidDuration({ seconds, nanos }: Duration): boolean {
  const sameSign = (seconds <= 0n || nanos >= 0) && (seconds >= 0n || nanos <= 0);
  return sameSign && seconds >= -315_576_000_000n && seconds <= 315_576_000_000n && Math.abs(nanos) < 1e9;
}

function toNanos({ seconds, nanos }: Duration): bigint {
  return seconds * 1_000_000_000n + BigInt(nanos);
}

function nanosAsSeconds(nanos: Whole): string {
  return String(Number(nanos) / 1e9);
}

function expectScalar(field: DescField, type: ScalarType): void {
  if (field.scalar !== type) throw uninterpreted(field, `rules for ${ScalarType[type]} on another type`);
}

function narrowed<V>(
  field: DescField,
  is: (value: unknown) => value is V,
  check: (value: V) => RuleProblem,
): ValueCheck {
  return (value) => {
    if (!is(value)) throw malformed(field);
    return check(value);
  };
}

const isString = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";
const isBigint = (value: unknown): value is bigint => typeof value === "bigint";
const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;
