import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ContainerOptions, docker, runContainer, startContainer } from "./connector-container.ts";
import { type PoolNetwork, startPoolNetwork } from "./pool-container.ts";

const POOL = "eu-west-1_Container1";
const USERS = 300;

/** One summary, as `--output json` prints it. */
interface Summary {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
  readonly resumed: boolean;
  readonly calls: number;
}

function isSummary(value: unknown): value is Summary {
  return typeof value === "object" && value !== null && "memberships" in value && "calls" in value;
}

function summaryOf(stdout: string): Summary {
  const value: unknown = JSON.parse(stdout);
  if (!isSummary(value)) throw new Error(`no summary: ${stdout}`);
  return value;
}

describe("connector sync in a container, beside cognito-local in another", () => {
  let pool: PoolNetwork;
  const volumes: string[] = [];

  beforeAll(async () => {
    pool = await startPoolNetwork(POOL, USERS);
  });

  afterAll(async () => {
    const engine = await docker();
    for (const volume of volumes) await engine.getVolume(volume).remove({ force: true });
    await pool.close();
  });

  async function newVolume(): Promise<string> {
    const name = `connector-${randomUUID()}`;
    await (await docker()).createVolume({ Name: name });
    volumes.push(name);
    return name;
  }

  const sync = (more: Partial<ContainerOptions> = {}, ...args: string[]): ContainerOptions => ({
    args: [
      "sync",
      `--user-pool-id=${POOL}`,
      `--endpoint-url=${pool.url}`,
      "--insecure",
      "--output=json",
      ...args,
    ],
    network: pool.network,
    ...more,
  });

  test("reads the pool into its volume, and writes to no other place", async () => {
    const container = await startContainer(sync({ writable: true }, "--rate=1000"));
    try {
      const { code, stdout, stderr } = await container.result;
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
      expect(summaryOf(stdout)).toMatchObject({ users: USERS, groups: 13, resumed: false });
      expect(await container.changes()).toEqual([]);
    } finally {
      await container.remove();
    }
  });

  test.for([
    ["SIGTERM", 1, "the same command goes on from there"],
    ["SIGKILL", 137, ""],
  ] as const)(
    "%s in the middle ends it with %i: a new container on the same volume goes on",
    async ([signal, code, says]) => {
      const whole = summaryOf((await runContainer(sync({}, "--rate=1000"))).stdout);
      const volume = await newVolume();
      const cut = await startContainer(sync({ volume }, "--rate=2", "--log-level=debug"));
      try {
        await cut.logged(/(?:"operation":"ListUsersInGroup","outcome":"ok"[^]*){3}/);
        await cut.kill(signal);
        expect(await cut.result).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(says) });
      } finally {
        await cut.remove();
      }
      const rest = await runContainer(sync({ volume }, "--rate=1000"));
      const resumed = summaryOf(rest.stdout);
      const { users, groups, memberships } = whole;
      expect(resumed).toMatchObject({ resumed: true, users, groups, memberships });
      expect(resumed.calls).toBeLessThan(whole.calls);
    },
  );

  test("a full disk is an error that says so, and no result is printed", async () => {
    const full = await runContainer(sync({ dataBytes: 256 * 1024 }, "--rate=1000"));
    expect(full).toMatchObject({ code: 8, stdout: "", stderr: expect.stringContaining("the disk is full") });
  });

  test("a pool that cannot be reached is an error, and does not change the last file", async () => {
    const volume = await newVolume();
    expect((await runContainer(sync({ volume }, "--rate=1000"))).code).toBe(0);
    const digest = () =>
      runContainer({
        volume,
        entrypoint: "node",
        args: [
          "-e",
          `console.log(require("node:crypto").hash("sha256", require("node:fs").readFileSync("/data/sync.c1z")))`,
        ],
      });
    const before = await digest();
    expect(before.stdout).toMatch(/^[0-9a-f]{64}\n$/);
    await pool.leave();
    try {
      const { code, stdout } = await runContainer(sync({ volume }, "--rate=1000"));
      expect({ code, stdout }).toEqual({ code: 14, stdout: "" });
    } finally {
      await pool.comeBack();
    }
    expect((await digest()).stdout).toBe(before.stdout);
    expect((await runContainer(sync({ volume }, "--rate=1000"))).code).toBe(0);
  }, 180_000);
});
