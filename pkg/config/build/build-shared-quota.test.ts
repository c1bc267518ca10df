import { describe, expect, test } from "vitest";
import { loaded, refusalOf, served } from "../testing.fixture.ts";

const REDIS = { "redis-url": "redis://cache" };

describe("the shared quota", () => {
  test("is off unless a Redis is named", () => {
    expect(served({}).sharedQuota).toBeUndefined();
  });

  test("knows the account of the setting, else of the role", () => {
    const role = { "aws-assume-role-arn": "arn:aws:iam::210987654321:role/x" };
    expect(served(REDIS).sharedQuota?.accountId).toBeUndefined();
    expect(served({ ...REDIS, ...role }).sharedQuota?.accountId).toBe("210987654321");
    expect(served({ ...REDIS, ...role, "aws-account-id": "123456789012" }).sharedQuota?.accountId).toBe(
      "123456789012",
    );
  });

  test("takes the password from the environment, and shows it nowhere", () => {
    const { sharedQuota } = served(REDIS, { BATON_REDIS_PASSWORD: "hunter2" });
    expect(sharedQuota?.redis.password?.reveal()).toBe("hunter2");
    expect(JSON.stringify(sharedQuota)).not.toContain("hunter2");
  });

  test.for([
    [{ "redis-username": "me" }, {}, "--redis-username: has no effect without redis-url"],
    [{ "aws-account-id": "123456789012" }, {}, "--aws-account-id: has no effect without redis-url"],
    [{ ...REDIS, "aws-account-id": "12" }, {}, "--aws-account-id: must be the 12 digits"],
    [{ ...REDIS, "redis-prefix": "{a}" }, {}, "--redis-prefix: must be up to 100 letters"],
    [{ ...REDIS, "redis-ca-file": "ca.pem" }, {}, "--redis-ca-file: has no effect without TLS"],
    [{ "redis-url": "rediss://cache", "redis-ca-file": "gone.pem" }, {}, "gone.pem cannot be read"],
    [
      REDIS,
      { BATON_REDIS_SENTINEL_PASSWORD: "x" },
      "BATON_REDIS_SENTINEL_PASSWORD: has no effect without Sentinels",
    ],
    [
      {},
      { BATON_REDIS_URL: "redis://me:hunter2@cache", BATON_REDIS_PASSWORD: "hunter3" },
      "BATON_REDIS_PASSWORD: redis-url has one too; keep one",
    ],
    [{}, { BATON_REDIS_URL: "http://me:hunter2@cache" }, "BATON_REDIS_URL: must be redis://"],
  ] as const)("%o %o is one line: %s", ([flags, env, problem]) => {
    const line = refusalOf(() => loaded("serve", flags, env));
    expect(line).toContain(problem);
    expect(line).not.toContain("hunter");
  });
});
