import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";
const ACTIONS = [
  "DescribeUserPool",
  "ListUsers",
  "ListGroups",
  "ListUsersInGroup",
  "GetGroup",
  "AdminGetUser",
  "AdminListGroupsForUser",
];

interface Check {
  readonly check: string;
  readonly result: string;
  readonly detail: string;
}

function isCheck(row: unknown): row is Check {
  return typeof row === "object" && row !== null && "check" in row && "result" in row && "detail" in row;
}

describe("connector validate", () => {
  let cognito: ScriptedCognito;

  beforeEach(async () => {
    const pool = createPool({ id: POOL, name: "people", users: people(5), groups: ["all"] });
    cognito = await startScriptedCognito({ pools: [pool] });
  });

  afterEach(async () => {
    await cognito.close();
  });

  async function validate(poolId = POOL) {
    const args = ["validate", "--user-pool-id", poolId, "--endpoint-url", cognito.url, "--rate", "1000"];
    const { code, stdout, stderr } = await runCli([...args, "--output", "json"]);
    const rows: unknown = JSON.parse(stdout);
    if (!Array.isArray(rows) || !rows.every(isCheck)) throw new TypeError(`no checks: ${stdout}`);
    return { code, stderr, checks: new Map(rows.map((row) => [row.check, row])) };
  }

  test("says what works", async () => {
    const { code, stderr, checks } = await validate();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect([...checks.keys()]).toEqual([
      "pool id",
      "region",
      "credentials",
      "clock",
      "pool",
      ...ACTIONS.map((action) => `cognito-idp:${action}`),
    ]);
    expect([...checks.values()].every(({ result }) => result === "ok")).toBe(true);
    expect(checks.get("pool")?.detail).toBe("people, about 5 users");
    expect(checks.get("region")?.detail).toBe(`us-east-1, at ${cognito.url}`);
  });

  test.for(["ListUsers", "ListGroups", "ListUsersInGroup", "GetGroup"])(
    "says that %s is missing, with the cure, and ends with 7",
    async (operation) => {
      cognito.script({ operation, error: { name: "AccessDeniedException" } });
      const { code, checks } = await validate();
      expect(code).toBe(7);
      const missing = [...checks].filter(([, { result }]) => result !== "ok").map(([check]) => check);
      expect(missing).toEqual([`cognito-idp:${operation}`]);
      expect(checks.get(`cognito-idp:${operation}`)).toMatchObject({
        result: "missing",
        detail: expect.stringContaining("connector iam-policy"),
      });
    },
  );

  test("continues without DescribeUserPool, and reports it among the missing actions", async () => {
    cognito.script({ operation: "DescribeUserPool", error: { name: "AccessDeniedException" } });
    const { code, checks } = await validate();
    expect(code).toBe(7);
    expect(checks.get("pool")).toMatchObject({ result: "unknown" });
    expect(checks.get("cognito-idp:DescribeUserPool")).toMatchObject({ result: "missing" });
    expect(checks.get("cognito-idp:ListUsers")).toMatchObject({ result: "ok" });
  });

  test("does not check permissions that reading does not need", async () => {
    cognito.script({ operation: "AdminGetUser", error: { name: "AccessDeniedException" } });
    const { code, checks } = await validate();
    expect(code).toBe(0);
    expect(checks.get("cognito-idp:AdminGetUser")).toMatchObject({ result: "optional" });
  });

  test.for([
    ["credentials", { name: "UnrecognizedClientException" }, 16],
    [
      "clock",
      { name: "InvalidSignatureException", message: "Signature expired: 1 is now earlier than 2" },
      16,
    ],
    ["pool", { name: "OperationNotEnabledException" }, 9],
  ] as const)("reports that it is the %s", async ([check, error, exitCode]) => {
    cognito.script({ error });
    const { code, checks } = await validate();
    expect(code).toBe(exitCode);
    const failed = [...checks].filter(([, { result }]) => result === "failed").map(([name]) => name);
    expect(failed).toEqual([check]);
    expect(checks.get(check)?.detail).not.toBe("");
    expect(checks.get("IAM actions")).toMatchObject({ result: "not checked" });
  });

  test("distinguishes a missing pool from every other failure", async () => {
    const { code, checks } = await validate("us-east-1_Nobody");
    expect(code).toBe(9);
    expect(checks.get("credentials")?.result).toBe("ok");
    expect(checks.get("pool")).toMatchObject({
      result: "failed",
      detail: expect.stringContaining("there is no user pool us-east-1_Nobody in us-east-1"),
    });
  });

  test("reads no user by name, so no user is billed (mark 15)", async () => {
    await validate();
    const named = cognito.stats.calls
      .filter((call) => call.operation === "AdminGetUser")
      .map((call) => call.username);
    expect(named).toEqual([expect.stringMatching(/^connector-probe-/)]);
  });
});
