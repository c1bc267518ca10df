import type { DescField } from "@bufbuild/protobuf";
import { type StringRules, StringRulesSchema } from "../../gen/validate/validate_pb.ts";
import { expectInterpreted } from "./interpreted.ts";
import { outOfRange } from "./range.ts";
import { isAbsoluteUri, isEmailAddress } from "./well-known.ts";

type StringCheck = (text: string) => string | undefined;

const interpreted = [
  "minLen",
  "maxLen",
  "minBytes",
  "maxBytes",
  "pattern",
  "prefix",
  "in",
  "email",
  "uri",
  "ignoreEmpty",
];

/** `*_bytes` counts UTF-8 bytes, `*_len` counts code points. */
export function stringCheck(field: DescField, rules: StringRules): StringCheck {
  expectInterpreted(field, StringRulesSchema, rules, interpreted);
  const checks = [...sizeChecks(rules), ...formChecks(rules)];
  return (text) => {
    if (rules.ignoreEmpty === true && text === "") return undefined;
    for (const check of checks) {
      const problem = check(text);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

function sizeChecks({ minBytes, maxBytes, minLen, maxLen }: StringRules): readonly StringCheck[] {
  const checks: StringCheck[] = [];
  if (minBytes !== undefined || maxBytes !== undefined) {
    checks.push((text) => outOfRange(Buffer.byteLength(text), minBytes, maxBytes, " bytes"));
  }
  if (minLen !== undefined || maxLen !== undefined) {
    checks.push((text) => outOfRange(countCodePoints(text), minLen, maxLen, " characters"));
  }
  return checks;
}

function formChecks(rules: StringRules): readonly StringCheck[] {
  const { pattern, prefix, wellKnown, in: allowed } = rules;
  const checks: StringCheck[] = [];
  if (allowed.length > 0) {
    checks.push((text) => (allowed.includes(text) ? undefined : `must be one of ${allowed.join(", ")}`));
  }
  if (prefix !== undefined) {
    checks.push((text) => (text.startsWith(prefix) ? undefined : `must start with ${prefix}`));
  }
  if (pattern !== undefined) {
    // The patterns in proto/ mean the same in RE2 and in JavaScript.
    const expression = new RegExp(pattern, "u");
    checks.push((text) => (expression.test(text) ? undefined : `must match ${pattern}`));
  }
  if (wellKnown.case === "email" && wellKnown.value) {
    checks.push((text) => (isEmailAddress(text) ? undefined : "must be an e-mail address"));
  }
  if (wellKnown.case === "uri" && wellKnown.value) {
    checks.push((text) => (isAbsoluteUri(text) ? undefined : "must be an absolute URI"));
  }
  return checks;
}

function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
