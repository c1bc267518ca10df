import { expect, test } from "vitest";
import { repeatsName } from "./json-names.ts";

test.for<[string, boolean]>([
  ["{}", false],
  ['{"a":1,"b":1}', false],
  ['{"a":1,"a":1}', true],
  ['{"a":1,"\\u0061":2}', true],
  ['{"a":{"b":1},"c":{"b":2}}', false],
  ['{"a":{"b":1,"b":2}}', true],
  ['{"a":[{"b":1},{"b":2}]}', false],
  ['{"a":"{\\"a\\":1}","b":"a"}', false],
  ['{"__proto__":1,"__proto__":2}', true],
])("%s has a name twice: %s", ([json, expected]) => {
  expect(repeatsName(json)).toBe(expected);
});
