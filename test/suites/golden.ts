// Rewrites every file that the code makes and a test compares, and says what changed in each: `make golden`.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { tryOutPool } from "../support/local-pool.ts";

const GOLDEN = "{cmd,pkg}/**/golden/*";

interface Step {
  readonly name: string;
  /** Returns whether it succeeded. */
  readonly write: () => boolean;
}

const STEPS: readonly Step[] = [
  { name: "settings table", write: () => succeeds("make", "-s", "settings") },
  { name: "inventory schema", write: () => succeeds("make", "-s", "schema") },
  { name: "manual page", write: () => succeeds("make", "-s", "man") },
  { name: "pool of compose.yaml", write: writeTryOutPool },
  { name: "help, completion and other texts", write: writeSnapshots },
];

for (const { name, write } of STEPS) {
  const before = files();
  const done = write();
  if (!done) process.exitCode = 1;
  process.stdout.write(`${name}: ${done ? changes(before, files()) : "not written, see above"}\n`);
}

function succeeds(command: string, ...args: readonly string[]): boolean {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) process.stderr.write(stdout + stderr);
  return status === 0;
}

function writeTryOutPool(): boolean {
  writeFileSync("deploy/docker/pool.json", `${JSON.stringify(tryOutPool(), null, 1)}\n`);
  return true;
}

/**
 * Vitest leaves a file that no test compares any more, so all are removed first, and put back where a test fails. The
 * first run writes them, and a test that reads the whole folder may fail in it; the second run decides.
 */
function writeSnapshots(): boolean {
  const old = globSync(GOLDEN).map((path) => [path, readFileSync(path)] as const);
  for (const [path] of old) rmSync(path);
  const tests = globSync("{pkg,cmd}/**/*.test.ts").filter((path) =>
    readFileSync(path, "utf8").includes("toMatchFileSnapshot("),
  );
  const run = ["run", "--project", "unit", ...tests];
  spawnSync("vitest", [...run, "--update=all"]);
  const done = succeeds("vitest", ...run, "--update=none") && globSync(GOLDEN).length > 0;
  if (!done) for (const [path, content] of old) writeFileSync(path, content);
  return done;
}

/** What git would commit, with its contents as they are now. */
function files(): ReadonlyMap<string, string> {
  const { stdout } = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
  });
  const paths = stdout.split("\0").filter((path) => existsSync(path));
  return new Map(paths.map((path) => [path, readFileSync(path, "latin1")]));
}

/** The files by name, or how many where a folder has more of them than a line can hold. */
function changes(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string {
  const written = [...after].filter(([path, text]) => before.get(path) !== text).map(([path]) => path);
  const removed = [...before.keys()].filter((path) => !after.has(path));
  const folders = Object.entries(Object.groupBy([...written, ...removed], dirname));
  const told = folders.flatMap(([folder, paths = []]) =>
    paths.length > 5
      ? [`${paths.length} files in ${folder}`]
      : paths.map((path) => (after.has(path) ? path : `${path} (removed)`)),
  );
  return told.join(", ") || "as it was";
}
