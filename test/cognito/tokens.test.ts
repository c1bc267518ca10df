import { expect, test } from "vitest";

import { createTokenIssuer } from "./tokens.ts";

const scope = { operation: "ListUsers", poolId: "us-east-1_A", bound: 'sub ^= "0"' };
const hour = 3_600_000;
const issuer = createTokenIssuer({ secret: "s", lifeMs: hour, lengthBytes: 0 });

test.for([-1, 0, 59, 281_474_976_710_655, Number.MAX_SAFE_INTEGER])("carries position %i", (position) => {
  expect(issuer.open(scope, issuer.issue(scope, position, 1_000), 1_000 + hour)).toBe(position);
});

test("no two tokens are the same text", () => {
  expect(issuer.issue(scope, 1, 0)).not.toBe(issuer.issue(scope, 1, 0));
});

test.for([
  ["another operation", { ...scope, operation: "ListUsersInGroup" }, 0],
  ["another pool", { ...scope, poolId: "us-east-1_B" }, 0],
  ["another filter", { ...scope, bound: "" }, 0],
  ["an hour and a millisecond later", scope, hour + 1],
] as const)("is refused for %s", ([, other, clockMs]) => {
  const token = issuer.issue(scope, 60, 0);
  expect(() => issuer.open(other, token, clockMs)).toThrow("is invalid for request");
});

test.for(["", "x", "AAAA", Buffer.from("60.0.1.00.").toString("base64")])("%j is no token", (token) => {
  expect(() => issuer.open(scope, token, 0)).toThrow("is invalid for request");
});

test("can be as long as AWS allows", () => {
  const long = createTokenIssuer({ secret: "s", lifeMs: hour, lengthBytes: 131_072 });
  const token = long.issue(scope, 60, 0);
  expect(token).toHaveLength(131_072);
  expect(long.open(scope, token, 0)).toBe(60);
});
