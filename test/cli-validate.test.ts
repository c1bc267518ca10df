import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { run } from "../cmd/connector/run.ts";
import { memoryContext, memoryOutput } from "../cmd/connector/testing.fixture.ts";
import { people } from "./cognito/definitions.ts";
import { createPool, type Pool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { VENDOR_ALL, VENDOR_READS } from "./cognito/vendor-policies.ts";
import { runCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";
const ACTIONS = [
  "ListUsers",
  "ListGroups",
  "ListUsersInGroup",
  "DescribeUserPool",
  "GetGroup",
  "AdminListGroupsForUser",
  "AdminGetUser",
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
  let pool: Pool;

  beforeEach(async () => {
    pool = createPool({ id: POOL, name: "people", users: people(5), groups: ["all"] });
    cognito = await startScriptedCognito({ pools: [pool] });
  });

  afterEach(async () => {
    await cognito.close();
  });

  async function validate(poolId = POOL, ...more: readonly string[]) {
    const args = ["validate", "--user-pool-id", poolId, "--endpoint-url", cognito.url, "--rate", "1000"];
    const { code, stdout, stderr } = await runCli([...args, "--output", "json", ...more]);
    const rows: unknown = JSON.parse(stdout);
    if (!Array.isArray(rows) || !rows.every(isCheck)) throw new TypeError(`no checks: ${stdout}`);
    return { code, stdout, stderr, checks: new Map(rows.map((row) => [row.check, row])) };
  }

  /** The lines below the table. */
  async function problems(...more: readonly string[]): Promise<readonly string[]> {
    const args = ["validate", "--user-pool-id", POOL, "--endpoint-url", cognito.url, "--rate", "1000"];
    const { stdout } = await runCli([...args, "--output", "table", ...more]);
    return stdout
      .split("\n\n")
      .slice(1)
      .map((line) => line.trim());
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
      "feature read",
    ]);
    expect([...checks.values()].every(({ result }) => result === "ok")).toBe(true);
    expect(checks.get("pool")?.detail).toBe("people, about 5 users");
    expect(checks.get("region")?.detail).toBe(`us-east-1, at ${cognito.url}`);
  });

  test.for(["ListUsers", "ListGroups", "ListUsersInGroup"])(
    "says that %s is missing, with the cure, and ends with 7",
    async (operation) => {
      cognito.script({ operation, error: { name: "AccessDeniedException" } });
      const { code, checks } = await validate();
      expect(code).toBe(7);
      const missing = [...checks].filter(([, { result }]) => result !== "ok").map(([check]) => check);
      expect(missing).toEqual([`cognito-idp:${operation}`, "feature read"]);
      expect(checks.get(`cognito-idp:${operation}`)).toMatchObject({
        result: "missing",
        detail: expect.stringContaining("connector iam-policy"),
      });
    },
  );

  test("says each problem whole below the table, on a narrow terminal too", async () => {
    cognito.script({ operation: "ListGroups", error: { name: "AccessDeniedException" } });
    const stdout = memoryOutput({ isTerminal: true, columns: 80 });
    const context = memoryContext({ stdout, monotonic: () => performance.now() });
    const keys = ["--allow-secret-flags", "--aws-access-key-id", "AKIDTEST", "--aws-secret-access-key", "s"];
    const settings = ["--user-pool-id", POOL, "--endpoint-url", cognito.url, "--rate", "1000"];
    expect(await run(["validate", ...settings, ...keys], context)).toBe(7);
    const text = stdout.text();
    expect(text).not.toContain("…");
    const [table = "", problem = ""] = text.split("\n\n");
    for (const line of table.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
    expect(problem).toMatch(/^cognito-idp:ListGroups \(missing\): .*connector iam-policy/);
  });

  test.for([
    ["DescribeUserPool", "leaves out the facts of the pool"],
    ["GetGroup", "ListGroups is read up to the group instead"],
    ["AdminGetUser", "no change of a user"],
    ["AdminListGroupsForUser", "a sync reads memberships by group"],
  ] as const)("D22: does not fail without %s, and says what is lost", async ([operation, lost]) => {
    cognito.credentials.deny(operation);
    const { code, checks } = await validate();
    expect(code).toBe(0);
    expect(checks.get(`cognito-idp:${operation}`)).toMatchObject({
      result: "optional",
      detail: expect.stringContaining(lost),
    });
    expect(checks.get("pool")?.result).toBe(operation === "DescribeUserPool" ? "unknown" : "ok");
    expect(checks.get("feature read")?.result).toBe("ok");
  });

  test.for([
    ["by-user", 7, "missing"],
    ["by-group", 0, "optional"],
  ] as const)(
    "D31: without AdminListGroupsForUser and with --read-members %s ends with %i",
    async ([setting, exitCode, result]) => {
      cognito.credentials.deny("AdminListGroupsForUser");
      const { code, checks } = await validate(POOL, `--read-members=${setting}`);
      expect([code, checks.get("cognito-idp:AdminListGroupsForUser")?.result]).toEqual([exitCode, result]);
    },
  );

  test("D22: with --provisioning shows feature by action what is missing, and changes nothing", async () => {
    cognito.credentials.allowOnly(VENDOR_ALL);
    const { code, checks } = await validate(POOL, "--provisioning");
    expect(code).toBe(0);
    const results = [...checks.values()].filter(({ check }) => check.startsWith("feature "));
    expect(results.map(({ check, result }) => [check.slice("feature ".length), result])).toEqual([
      ["read", "ok"],
      ["provision", "ok"],
      ["sessions", "missing"],
      ["groups", "missing"],
      ["passwords", "missing"],
      ["attributes", "missing"],
    ]);
    expect(checks.get("feature groups")?.detail).toContain(
      "allow cognito-idp:CreateGroup, cognito-idp:UpdateGroup, cognito-idp:DeleteGroup",
    );
    expect(checks.get("cognito-idp:AdminUserGlobalSignOut")).toMatchObject({
      result: "optional",
      features: "sessions",
      detail: expect.stringContaining("keeps its sessions, with a warning"),
    });
    expect(checks.get("cognito-idp:DescribeUserPool")).toMatchObject({
      features: "read provision passwords attributes",
    });
    expect([pool.userCount(), pool.groupCount()]).toEqual([5, 1]);
  });

  test("D22: with --provisioning fails for what a change cannot do without", async () => {
    cognito.credentials.allowOnly(VENDOR_READS);
    const { code, checks } = await validate(POOL, "--provisioning");
    expect(code).toBe(7);
    expect(checks.get("cognito-idp:AdminAddUserToGroup")?.result).toBe("missing");
    expect(checks.get("feature provision")?.result).toBe("missing");
    expect(checks.get("feature read")?.result).toBe("ok");
  });

  test("with everything allowed is certain of all but the creation of groups", async () => {
    const { code, checks } = await validate(POOL, "--provisioning");
    expect(code).toBe(0);
    const doubtful = [...checks.values()].filter(({ result }) => result !== "ok");
    expect(doubtful.map(({ check, result }) => [check, result])).toEqual([
      ["cognito-idp:CreateGroup", "likely"],
      ["feature groups", "likely"],
    ]);
    expect([pool.userCount(), pool.groupCount()]).toEqual([5, 1]);
  });

  test("of an endpoint without IAM claims no missing action, and says one problem once", async () => {
    const unsupported = [
      "AdminUserGlobalSignOut",
      "AdminResetUserPassword",
      "AdminSetUserMFAPreference",
    ] as const;
    for (const operation of unsupported)
      cognito.script({ operation, error: { name: "Unsupported", status: 500 } });
    for (const operation of ["AdminUpdateUserAttributes", "AdminDeleteUserAttributes"] as const) {
      cognito.script({ operation, error: { name: "NotAuthorizedException" } });
    }
    const { code, stdout, checks } = await validate(POOL, "--provisioning", "--output", "json");
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/may have been made|not allowed|allow cognito-idp/);
    for (const operation of unsupported) {
      expect(checks.get(`cognito-idp:${operation}`)).toMatchObject({ result: "unsupported" });
    }
    expect(checks.get("feature sessions")?.result).toBe("unsupported");
    expect(checks.get("feature attributes")?.result).toBe("likely");
    const names = unsupported.map((operation) => `cognito-idp:${operation}`).join(", ");
    expect(await problems("--provisioning")).toEqual([
      `${names} (unsupported): the endpoint does not have this operation`,
    ]);
  });

  test("says a problem that all actions have once", async () => {
    for (const operation of ["ListUsers", "ListGroups", "GetGroup"] as const) {
      cognito.script({ operation, error: { name: "NewException", message: "no" } });
    }
    expect(await problems()).toEqual([
      expect.stringMatching(
        /^cognito-idp:ListUsers, cognito-idp:ListGroups, cognito-idp:GetGroup \(unknown\): AWS reports/,
      ),
    ]);
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
