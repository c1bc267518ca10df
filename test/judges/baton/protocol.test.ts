import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GrpcServer } from "../../../pkg/grpc/server.ts";
import { federatedPerson, linkedPerson, people } from "../../cognito/definitions.ts";
import { createPool } from "../../cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "../../cognito/server.ts";
import { FREE_PORT, testGrpcServer } from "../../support/grpc-server.ts";
import { createRig, type Rig } from "../../support/rig.ts";
import { codesOf, conformance, startReference } from "./tools.ts";

const POOL = "us-east-1_Ab129faBb";
const ODD = 'a:b/"c"🦊';
const MADE = `${POOL}_Google`;

interface Summary {
  readonly counts: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

function isSummary(value: unknown): value is Summary {
  return typeof value === "object" && value !== null && "counts" in value && "warnings" in value;
}

function summaryOf(line: string): Summary {
  const value: unknown = JSON.parse(line);
  if (!isSummary(value)) throw new Error(`no summary: ${line}`);
  return value;
}

describe("the official Go client", () => {
  const pool = createPool({
    id: POOL,
    users: [
      ...people(400, (index) => ({
        groups: index % 3 === 0 ? ["all", ODD] : ["all"],
        enabled: index % 5 !== 0,
      })),
      federatedPerson(1001, "Google", { groups: [MADE] }),
      ...linkedPerson(1002),
    ],
    groups: [
      "all",
      ODD,
      MADE,
      { name: "empty", precedence: 0, roleArn: "arn:aws:iam::123456789012:role/admins" },
    ],
  });
  const expected = { resource_types: 2, resources: 403 + 4, entitlements: 4, grants: 400 + 134 + 2 };
  let folder: string;
  let cognito: ScriptedCognito;
  let rig: Rig;
  let server: GrpcServer;
  let address: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "connector-go-"));
    cognito = await startScriptedCognito({ pools: [pool] });
    rig = createRig({ url: cognito.url, poolId: POOL });
    server = testGrpcServer({ connector: rig.connector });
    const bound = await server.listen(FREE_PORT);
    address = bound.target;
  });

  afterAll(async () => {
    await server.close(0);
    await rig.close();
    await cognito.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function goSync(name: string, ...more: readonly string[]): Promise<string> {
    const file = join(folder, name);
    const { code, stdout, stderr } = await conformance(
      "sync",
      "--address",
      address,
      "--file",
      file,
      "--fail-fast",
      ...more,
    );
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(summaryOf(stdout)).toMatchObject({ counts: expected, warnings: [] });
    return file;
  }

  test("has the same messages, fields, numbers and field rules as our proto files", async () => {
    const set = join(folder, "descriptors.binpb");
    execFileSync("buf", ["build", "proto", "-o", set]);
    const { code, stdout, stderr } = await conformance("descriptors", "--set", set, "--rules", "all");
    expect(stderr + (code === 0 ? "" : stdout)).toBe("");
    expect(code).toBe(0);
  });

  test("gets from every method the code that the SDK's own server gives", async () => {
    const reference = await startReference();
    try {
      const [ours, theirs] = await Promise.all([codesOf(address), codesOf(reference.address)]);
      expect(Object.keys(ours).length).toBeGreaterThan(80);
      expect(ours).toEqual(theirs);
    } finally {
      await reference.stop();
    }
  });

  test("syncs everything, in sequence, with workers, and through the SDK's own wrapper, to the same rows", async () => {
    const sequential = await goSync("sequential.c1z");
    for (const [name, ...more] of [
      ["workers.c1z", "--workers", "4"],
      ["wrapper.c1z", "--as-wrapper"],
    ] as const) {
      const other = await goSync(name, ...more);
      const { code, stdout } = await conformance(
        "compare",
        "--ours",
        sequential,
        "--theirs",
        other,
        "--strict",
      );
      expect(code === 0 ? "" : stdout).toBe("");
    }
  });

  test("waits out a throttled pool and still reads everything", async () => {
    const rule = cognito.script({
      operation: "ListUsersInGroup",
      nth: { every: 3 },
      throttle: true,
      times: 4,
    });
    await goSync("throttled.c1z", "--workers", "2");
    expect(rule.fired).toBe(4);
    rule.remove();
  });

  test("fails its sync when a page cannot be read, and never treats it as an empty one (D9)", async () => {
    const rule = cognito.script({
      operation: "ListUsers",
      error: { name: "ResourceNotFoundException", message: `User pool ${POOL} does not exist.` },
    });
    const file = join(folder, "gone.c1z");
    const { code, stderr } = await conformance("sync", "--address", address, "--file", file, "--fail-fast");
    rule.remove();
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/FailedPrecondition/);
  });
});
