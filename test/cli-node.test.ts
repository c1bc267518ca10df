import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const MAIN = resolve(import.meta.dirname, "../cmd/connector/main.ts");

const OLD = `
import { syncBuiltinESMExports } from "node:module";
Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } });
syncBuiltinESMExports();
`;

test("on an old Node the program says in one line which version it needs, before it loads anything", () => {
  const folder = mkdtempSync(join(tmpdir(), "connector-node-"));
  const preload = join(folder, "old.mjs");
  writeFileSync(preload, OLD);
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", preload, MAIN, "sync"], {
    encoding: "utf8",
  });
  rmSync(folder, { recursive: true });
  expect({ status, stdout, stderr }).toEqual({
    status: 2,
    stdout: "",
    stderr:
      "connector: needs Node 24 or later, and this is 20.1.0; install it, or run in a checkout: npm run -s connector -- ...\n",
  });
});
