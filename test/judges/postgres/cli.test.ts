import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { people } from "../../cognito/definitions.ts";
import { createPool } from "../../cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "../../cognito/server.ts";
import { runCli } from "../../support/connector-cli.ts";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.ts";

const POOL = "us-east-1_Ab129faBb";
const PASSWORD = "geheim-7531";

let server: PostgresServer;
let cognito: ScriptedCognito;
let folder: string;
let passwordFile: string;

beforeAll(async () => {
  server = await startPostgres();
  await server.createDatabase("inv", PASSWORD);
  folder = mkdtempSync(join(tmpdir(), "connector-pg-cli-"));
  passwordFile = join(folder, "password");
  writeFileSync(passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
  const users = people(130, () => ({ groups: ["all"] }));
  cognito = await startScriptedCognito({ pools: [createPool({ id: POOL, users, groups: ["all", "none"] })] });
});
afterAll(async () => {
  await cognito.close();
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
});

const url = () => `postgres://inv@127.0.0.1:${server.port}/inv`;
const sync = (...more: readonly string[]) => [
  "sync",
  `--user-pool-id=${POOL}`,
  `--endpoint-url=${cognito.url}`,
  "--rate=1000",
  "--output=json",
  ...more,
];

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const result = await runCli(args, { HOME: folder, ...env });
  return { ...result, tellsPassword: `${result.stdout}${result.stderr}`.includes(PASSWORD) };
}

describe("the program with an inventory in PostgreSQL", () => {
  test("syncs, and answers queries, with the password of a file, the environment, PGPASSWORD or ~/.pgpass", async () => {
    const byFile = await run(sync(`--inventory=${url()}`, `--inventory-password-file=${passwordFile}`));
    expect(byFile).toMatchObject({ code: 0, stderr: "", tellsPassword: false });
    expect(JSON.parse(byFile.stdout)).toMatchObject({
      file: null,
      inventory: `127.0.0.1:${server.port}/inv`,
      run: 1,
      users: 130,
      memberships: 130,
      calls: 9,
    });
    expect(readdirSync(folder)).toEqual(["password"]);
    const query = ["query", "SELECT count(*) AS people FROM current_users", "--output=jsonl"];
    const answer = { code: 0, stdout: '{"people":130}\n', stderr: "", tellsPassword: false };
    const byVariable = { BATON_INVENTORY: url(), BATON_INVENTORY_PASSWORD: PASSWORD };
    expect(await run(query, byVariable)).toEqual(answer);
    expect(await run(query, { BATON_INVENTORY: url(), PGPASSWORD: PASSWORD })).toEqual(answer);
    const inUrl = { BATON_INVENTORY: url().replace("inv@", `inv:${PASSWORD}@`) };
    expect(await run(query, inUrl)).toEqual(answer);
    writeFileSync(join(folder, ".pgpass"), `*:*:*:*:${PASSWORD}\n`, { mode: 0o600 });
    expect(await run(query, { BATON_INVENTORY: url() })).toEqual(answer);
    chmodSync(join(folder, ".pgpass"), 0o644);
    expect(await run(query, { BATON_INVENTORY: url() })).toMatchObject({
      stderr: expect.stringContaining("may be read by others (mode 0644), so its passwords are not used"),
    });
    rmSync(join(folder, ".pgpass"));
  });

  test("takes no password as a flag, and tells none", async () => {
    const inUrl = [`--inventory=${url().replace("inv@", `inv:${PASSWORD}@`)}`];
    const alone = [`--inventory=${url()}`, `--inventory-password=${PASSWORD}`];
    for (const flags of [inUrl, alone]) {
      const refused = await run(["query", "SELECT 1", ...flags]);
      expect(refused).toMatchObject({ code: 2, tellsPassword: false });
      expect(refused.stderr).toContain("every user of this machine can read");
    }
    const wrong = await run(sync(`--inventory=${url()}`), { BATON_INVENTORY_PASSWORD: "wrong" });
    expect(wrong).toMatchObject({ stdout: "", tellsPassword: false });
    expect(wrong.stderr).toContain(
      `cannot connect to 127.0.0.1:${server.port}/inv: the password of the role inv is wrong; correct PGPASSWORD`,
    );
    expect(cognito.stats.count()).toBe(9);
  });

  test("warns of a connection that others could read, and prefers none by itself", async () => {
    const query = (more: string) =>
      run(["query", "SELECT 1", `--inventory=postgres://inv@db.invalid/inv${more}`], {
        PGPASSWORD: PASSWORD,
      });
    const plain = await query("?sslmode=prefer&hostaddr=127.0.0.1&port=1");
    expect(plain.stderr).not.toContain("plain text");
    const beyond = await query("?sslmode=prefer");
    expect(beyond.stderr).toContain(
      "db.invalid/inv: with sslmode=prefer the password and personal data may go there in plain text; verify-full is the default",
    );
    expect(await query("")).toMatchObject({ code: expect.any(Number), tellsPassword: false });
  });
});
