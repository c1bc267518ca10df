// Regenerates pkg/gen beside the committed one and compares: generated code that is not current fails the build.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const fresh = mkdtempSync(join(tmpdir(), "connector-gen-"));
try {
  execFileSync("buf", ["lint"], { stdio: "inherit" });
  execFileSync("buf", ["generate", "--output", fresh], { stdio: "inherit" });
  const differing = differences("pkg/gen", join(fresh, "pkg/gen"));
  if (differing.length > 0) {
    process.stderr.write(`pkg/gen is not what proto/ says; run "make gen":\n  ${differing.join("\n  ")}\n`);
    process.exitCode = 1;
  } else {
    process.stdout.write("pkg/gen is what proto/ says\n");
  }
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

function differences(committed: string, generated: string): string[] {
  const names = new Set([...filesOf(committed), ...filesOf(generated)]);
  return [...names].filter((name) => read(join(committed, name)) !== read(join(generated, name))).toSorted();
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
