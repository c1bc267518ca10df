import { type DescField, ScalarType } from "@bufbuild/protobuf";
import { type FieldRules, type RepeatedRules, RepeatedRulesSchema } from "../../gen/validate/validate_pb.ts";
import { expectInterpreted, uninterpreted } from "./interpreted.ts";
import { outOfRange } from "./range.ts";
import { expectRuleKind } from "./value-rules.ts";

/** The rules of the list as a whole. Those of its items are in `items`, for the check of single values. */
export function listRules(field: DescField, rules: FieldRules): RepeatedRules {
  expectRuleKind(field, rules);
  if (rules.type.case !== "repeated") throw uninterpreted(field, "a list without list rules");
  const list = rules.type.value;
  expectInterpreted(field, RepeatedRulesSchema, list, ["minItems", "maxItems", "unique", "items"]);
  if (list.items?.message !== undefined) throw uninterpreted(field, "MessageRules of list items");
  // Messages and byte strings would be compared by identity.
  if (list.unique === true && (field.message !== undefined || field.scalar === ScalarType.BYTES)) {
    throw uninterpreted(field, "RepeatedRules.unique on messages or bytes");
  }
  return list;
}

/** What is wrong with the list as a whole. */
export function listProblem(rules: RepeatedRules, items: readonly unknown[]): string | undefined {
  const problem = outOfRange(items.length, rules.minItems, rules.maxItems, " items");
  if (problem !== undefined || rules.unique !== true) return problem;
  return new Set(items).size === items.length ? undefined : "must not hold the same item twice";
}
