import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { run } from "../cmd/connector/run.ts";
import { memoryContext } from "../cmd/connector/testing.fixture.ts";
import { person } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { startScriptedCognito } from "./cognito/server.ts";
import { runCli } from "./support/connector-cli.ts";

const POOL = "us-east-1_Ab129faBb";
const ADA = "11111111-2222-4333-8444-555555555555";
let folder: string;
let file: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "connector-inspect-"));
  file = join(folder, "pool.c1z");
  const attributes = { email: "ada@example.com", name: "Ada Lovelace" };
  const users = [
    person(0, { username: "ada", sub: ADA, groups: ["readers"], attributes }),
    person(1, { username: "bob", enabled: false }),
  ];
  const groups = [{ name: "readers", description: "May read" }];
  const cognito = await startScriptedCognito({ pools: [createPool({ id: POOL, users, groups })] });
  const settings = ["--user-pool-id", POOL, "--endpoint-url", cognito.url, "--file", file];
  const { code, stderr } = await runCli(["sync", ...settings]);
  if (code !== 0) throw new Error(stderr);
  await cognito.close();
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function inspect(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const context = memoryContext({ cwd: folder });
  const code = await run(["inspect", ...args], context);
  return { code, stdout: context.stdout.text(), stderr: context.stderr.text() };
}

const rowsOf = (text: string): readonly unknown[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));

test("the runs of a file, with what they hold", async () => {
  const { code, stdout } = await inspect(file);
  expect(code).toBe(0);
  expect(rowsOf(stdout)).toEqual([
    expect.objectContaining({ type: "full", users: 2, groups: 1, memberships: 1, ended: expect.any(String) }),
  ]);
});

test("the users of a file", async () => {
  const rows = rowsOf((await inspect(file, "users")).stdout);
  expect(rows).toHaveLength(2);
  expect(rows).toContainEqual({
    login: "ada",
    email: "ada@example.com",
    status: "CONFIRMED",
    enabled: true,
    display_name: "Ada Lovelace",
    created: expect.any(String),
    id: ADA,
  });
  expect(rows).toContainEqual(expect.objectContaining({ login: "bob", enabled: false }));
});

test("the groups and the memberships of a file", async () => {
  expect(rowsOf((await inspect(file, "groups")).stdout)).toEqual([
    expect.objectContaining({ name: "readers", description: "May read" }),
  ]);
  expect((await inspect(file, "memberships", "--output", "csv")).stdout).toBe(
    `group,user\r\nreaders,${ADA}\r\n`,
  );
});

test("leaves nothing beside the file", async () => {
  const before = readdirSync(folder);
  await inspect(file, "users");
  expect(readdirSync(folder)).toEqual(before);
});

test("a file of another kind, or one that does not exist, gets one line", async () => {
  const other = join(folder, "other.c1z");
  writeFileSync(other, "hello");
  const damaged = await inspect(other);
  expect([damaged.code, damaged.stdout]).toEqual([9, ""]);
  expect(damaged.stderr).toMatch(/^connector: .*other\.c1z.*\n$/);
  const missing = await inspect(join(folder, "nowhere.c1z"));
  expect([missing.code, missing.stdout]).toEqual([5, ""]);
  expect(missing.stderr).toMatch(/^connector: .*nowhere\.c1z.*\n$/);
});

test("STORE-13: a small file that unpacks to 20 GiB gets one line, and leaves nothing on the disk", async () => {
  const bomb = join(folder, "bomb.c1z");
  const params = { [constants.ZSTD_c_contentSizeFlag]: 0 };
  const frame = zstdCompressSync(Buffer.alloc(64 * 2 ** 20), { params });
  const magic = Buffer.from("C1ZF\0", "latin1");
  writeFileSync(bomb, Buffer.concat([magic, ...Array.from({ length: 320 }, () => frame)]));
  const before = readdirSync(folder);
  const { code, stdout, stderr } = await runCli(["inspect", bomb]);
  expect([code, stdout]).toEqual([9, ""]);
  expect(stderr).toMatch(/^connector: .*bomb\.c1z unpacks to more than \d+ MiB, which no sync file.*\n$/);
  expect(readdirSync(folder)).toEqual(before);
});
