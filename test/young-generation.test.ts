import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { startScriptedCognito } from "./cognito/server.ts";
import { startCli } from "./support/connector-cli.ts";

test("the young generation of a service grows for many calls, and not as far as V8 would", () => {
  const program = resolve(import.meta.dirname, "support/young-process.ts");
  const mib = Number(spawnSync(process.execPath, [program], { encoding: "utf8" }).stdout);
  expect(mib).toBeGreaterThan(8);
  // Both halves of 8 MiB. V8 left to itself usually has 32 in this work.
  expect(mib).toBeLessThanOrEqual(24);
});

/** Writes each flag of V8 that the program sets to stderr. */
const FLAGS_SHOWN = `--import=data:text/javascript,${encodeURIComponent(`
  import v8 from "node:v8";
  import { syncBuiltinESMExports } from "node:module";
  const set = v8.setFlagsFromString;
  v8.setFlagsFromString = (flag) => { process.stderr.write("flag " + flag + "\\n"); set(flag); };
  syncBuiltinESMExports();
`)}`;

test("a sync decides how far its young generation grows, until it has ended", async () => {
  const folder = mkdtempSync(join(tmpdir(), "connector-young-"));
  const id = "us-east-1_Young0000";
  const cognito = await startScriptedCognito({ pools: [createPool({ id, users: people(3) })] });
  try {
    const settings = [`--user-pool-id=${id}`, `--endpoint-url=${cognito.url}`];
    const flagsOf = async (args: readonly string[]): Promise<readonly string[]> => {
      const { code, stderr } = await startCli([...args, ...settings], { NODE_OPTIONS: FLAGS_SHOWN }).whole;
      expect(code).toBe(0);
      return [...stderr.matchAll(/^flag --semi-space-growth-factor=(\d)$/gm)].map(
        ([, factor = ""]) => factor,
      );
    };
    const ofSync = await flagsOf(["sync", "--file", join(folder, "pool.c1z")]);
    // Each command sets it once. A sync does so again at its begin, by how large the space is then, and at its end.
    expect(await flagsOf(["list", "users"])).toEqual(["1"]);
    expect(ofSync.length).toBeGreaterThanOrEqual(3);
    expect(ofSync.at(-1)).toBe("1");
  } finally {
    await cognito.close();
    rmSync(folder, { recursive: true });
  }
});
