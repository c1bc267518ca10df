import { formatWithOptions, inspect } from "node:util";
import { expect, test } from "vitest";
import { GovernanceError } from "./errors.ts";
import { Secret } from "./secret.ts";

const TEXT = "planted-Passw0rd-7Qx!";
const secret = new Secret(TEXT);

test("a secret gives its text only through reveal", () => {
  expect(secret.reveal()).toBe(TEXT);
  expect(Object.keys(secret)).toEqual([]);
  expect(Object.getOwnPropertyNames(secret)).toEqual([]);
});

const everything = { showHidden: true, getters: true, depth: null, customInspect: false };

test.for<[string, () => string]>([
  ["String()", () => String(secret)],
  ["a join", () => [secret, secret].join()],
  ["an addition", () => `password ${secret.toString()}`],
  ["JSON", () => JSON.stringify({ secret, list: [secret] })],
  ["util.inspect", () => inspect(secret)],
  ["util.inspect of what holds it", () => inspect({ a: { b: [secret] }, c: new Map([["d", secret]]) })],
  ["util.inspect that passes over what objects say of themselves", () => inspect(secret, everything)],
  ["the formats of console.log", () => formatWithOptions({}, "%s %o %O %j", secret, secret, secret, secret)],
  ["console.log's own arguments", () => formatWithOptions({}, secret, { secret })],
  [
    "an error",
    () => inspect(new GovernanceError("internal", `no ${String(secret)}`, { cause: { secret } }), everything),
  ],
  ["a copy", () => JSON.stringify(Object.assign({}, secret)) + inspect(structuredClone(secret), everything)],
])("a secret stays one in %s", ([, print]) => {
  expect(print()).not.toContain(TEXT);
});
