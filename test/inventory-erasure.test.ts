// The SQL of docs/inventory.md that erases a person from an inventory, run as it is written there.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { runCli } from "./support/connector-cli.ts";
import { cleaningSql, erasureSql } from "./support/erasure-sql.ts";

const POOL = "us-east-1_Ab129faBb";

let cognito: ScriptedCognito;
let folder: string;
let inventory: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "connector-erasure-"));
  inventory = join(folder, "pool.db");
});

afterEach(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true, force: true });
});

const connector = (...args: readonly string[]) =>
  runCli([...args, `--user-pool-id=${POOL}`, `--inventory=${inventory}`]);

async function synced(users: number): Promise<void> {
  cognito = await startScriptedCognito({
    pools: [
      createPool({ id: POOL, users: people(users, () => ({ groups: ["all"] })), groups: ["all", "none"] }),
    ],
  });
  const { code, stderr } = await connector("sync", `--endpoint-url=${cognito.url}`, "--rate=1000");
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  await cognito.close();
}

test("what the document says erases a deleted person, and the inventory goes on", {
  timeout: 300_000,
}, async () => {
  await synced(30);
  const known = new DatabaseSync(inventory).prepare("SELECT sub, username, email, phone_number FROM users");
  const before = known.all();
  await synced(29);
  const database = new DatabaseSync(inventory);
  const [gone] = database.prepare("SELECT sub FROM users WHERE to_run = 2").all();
  const sub = String(gone?.["sub"]);
  const person = before.find((row) => row["sub"] === sub);
  database.exec(erasureSql(POOL, sub));
  database.exec(cleaningSql("sqlite"));
  database.close();

  const bytes = readFileSync(inventory, "latin1");
  for (const column of ["username", "email", "phone_number"]) {
    const value = person?.[column];
    expect(typeof value).toBe("string");
    expect({ column, isThere: bytes.includes(String(value)) }).toEqual({ column, isThere: false });
  }
  await synced(29);
  const changes = await connector("changes", "--output=json");
  expect(JSON.parse(changes.stdout)).toEqual([
    expect.objectContaining({ run: 2, kind: "membership_removed", sub, username: sub }),
    expect.objectContaining({ run: 2, kind: "user_deleted", sub, username: sub }),
  ]);
  expect(await connector("diff", "run:2", "run:newest")).toMatchObject({ code: 0 });
  expect(await connector("diff", "run:1", "run:newest")).toMatchObject({ code: 22 });
  expect(await connector("report", "-o", join(folder, "review.html"))).toMatchObject({ code: 0 });
});
