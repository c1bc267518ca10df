import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { people, person } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";
const SMALL = "us-east-1_Small0000";
/** One user, in no group, has a sub that no part selects. */
const ODD = "us-east-1_Odd000000";
const WEEK = 7 * 24 * 3_600_000;

let cognito: ScriptedCognito;
let folder: string;

beforeAll(async () => {
  const users = people(1_000, (index) => ({ groups: index < 10 ? ["some"] : [] }));
  const large = createPool({ id: POOL, users, groups: ["some"] });
  const small = createPool({ id: SMALL, users: people(999) });
  const odd = createPool({ id: ODD, users: [...people(1_000), person(5_000, { sub: "ZZ-000001" })] });
  cognito = await startScriptedCognito({ pools: [large, small, odd] });
});

afterAll(() => cognito.close());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "connector-shards-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const noted = (): string => join(folder, "state", `${POOL}.whole-listing`);

async function sync(...more: string[]) {
  const before = cognito.stats.count("ListUsers");
  const { code, stdout, stderr } = await runCli([
    "sync",
    `--file=${join(folder, "pool.c1z")}`,
    `--state-dir=${join(folder, "state")}`,
    ...(more.some((one) => one.startsWith("--user-pool-id")) ? [] : [`--user-pool-id=${POOL}`]),
    `--endpoint-url=${cognito.url}`,
    "--rate=1000",
    "--log-level=info",
    ...more,
  ]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const summary: unknown = JSON.parse(stdout);
  return { summary, stderr, listed: cognito.stats.count("ListUsers") - before };
}

test("--list-shards reads the users in parts, and says so", async () => {
  const { summary, listed } = await sync("--list-shards=16");
  expect(summary).toMatchObject({ users: 1_000, memberships: 10, users_read: "in parts" });
  expect(listed).toBeGreaterThanOrEqual(16 + 1);
  expect(existsSync(noted())).toBe(true);
});

test("a week after the first one they are read by one listing, which begins the next week", async () => {
  await sync("--list-shards=16");
  writeFileSync(noted(), new Date(Date.now() - WEEK - 60_000).toISOString());
  const due = await sync("--list-shards=16");
  expect(due).toMatchObject({ summary: { users_read: "whole" }, listed: 17 });
  expect(due.stderr).toContain("the users are read by one listing, although list-shards is set");
  expect(Date.now() - Date.parse(readFileSync(noted(), "utf8").trim())).toBeLessThan(WEEK);
  expect(await sync("--list-shards=16")).toMatchObject({ summary: { users_read: "in parts" } });
});

test("whom only the weekly listing finds stays in the runs after it", async () => {
  const shards = ["--list-shards=16", `--user-pool-id=${ODD}`];
  expect((await sync(...shards)).summary).toMatchObject({ users: 1_000, users_read: "in parts" });
  writeFileSync(
    join(folder, "state", `${ODD}.whole-listing`),
    new Date(Date.now() - WEEK - 60_000).toISOString(),
  );
  for (let run = 0; run < 2; run += 1) {
    expect((await sync(...shards)).summary).toMatchObject({ users: 1_001, users_read: "whole" });
  }
});

test.each([["--list-shards=1"], ["--list-shards=16", "--sync-resource-types=group"]])(
  "%j begins no week, since it reads no users in parts",
  async (...args) => {
    await sync(...args);
    expect(existsSync(noted())).toBe(false);
  },
);

test("a sync of groups alone, or one that is due, changes nothing of the week of others", async () => {
  await sync("--list-shards=16");
  const aged = new Date(Date.now() - WEEK - 60_000).toISOString();
  writeFileSync(noted(), aged);
  await sync("--list-shards=16", "--sync-resource-types=group");
  expect(readFileSync(noted(), "utf8")).toBe(aged);
});

test("a pool of fewer than 1,000 users is read by one listing", async () => {
  const { summary, listed } = await sync("--list-shards=16", `--user-pool-id=${SMALL}`);
  expect(summary).toMatchObject({ users: 999, users_read: "whole" });
  expect(listed).toBe(17);
});
