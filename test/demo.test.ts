import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockFile } from "../pkg/sqlite/lock.ts";
import { temporaryFolder } from "./support/store-run.ts";

let folder: { readonly path: string; remove(): void };
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

test("a second demo beside one that stays up is refused, and touches nothing of the first", () => {
  const demo = join(folder.path, ".cache/demo");
  const kept = [join(demo, "state/kept"), join(demo, ".cognito/db/kept"), join(folder.path, "demo.c1z")];
  mkdirSync(join(demo, "state"), { recursive: true });
  mkdirSync(join(demo, ".cognito/db"), { recursive: true });
  for (const file of kept) writeFileSync(file, "of the first");
  const first = lockFile(join(demo, "lock"));

  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, "demo/main.ts"), "--keep"],
    { cwd: folder.path, encoding: "utf8" },
  );

  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: "",
    stderr: "a demo is running in this folder already: use it, or end it with Ctrl-C in its terminal first\n",
  });
  for (const file of kept) expect(readFileSync(file, "utf8")).toBe("of the first");
  first?.release();
});

test("a platform of the demo has its tasks done by the connector", { timeout: 120_000 }, () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["test/demo/platform.ts"], {
    encoding: "utf8",
  });
  expect(status).toBe(0);
  expect(stderr).not.toMatch(/DeprecationWarning/);
  expect(stdout.match(/^ {2}(?:done|failed.*)$/gm)).toEqual(
    ["done", "done", "done", "done", "done"].map((word) => `  ${word}`),
  );
});
