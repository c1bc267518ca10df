import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readAtMost } from "./read-at-most.ts";

const folder = mkdtempSync(join(tmpdir(), "read-at-most-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function pipe(name: string): string {
  const path = join(folder, name);
  execFileSync("mkfifo", [path]);
  return path;
}

/** Writes to the pipe from another process, since a read holds this one. It ends with its own stdin. */
function write(script: string, path: string) {
  return spawn("sh", ["-c", `exec 3>"$1"; ${script}`, "sh", path]);
}

describe("what a file holds", () => {
  it("is read whole, and not at all where it is too long", () => {
    const path = join(folder, "file");
    writeFileSync(path, "a".repeat(100_000));
    expect(readAtMost(path, 100_000)?.length).toBe(100_000);
    expect(readAtMost(path, 99_999)).toBeUndefined();
  });

  it("fails where nobody writes to a named pipe", () => {
    const read = () => readAtMost(pipe("silent"), 10, { writerMs: 40, pieceMs: 60_000 });
    expect(read).toThrow(expect.objectContaining({ code: "nobody writes to this named pipe" }));
  });

  it("is waited for where a named pipe gets its writer later", async () => {
    const path = pipe("late");
    const writer = write("printf one >&3; printf two >&3", path);
    expect(readAtMost(path, 10, { writerMs: 60_000, pieceMs: 60_000 })?.toString()).toBe("onetwo");
    await once(writer, "exit");
  });

  it("is read to its end from the pipe of a shell, which may have nothing", () => {
    const script = `import { readAtMost } from ${JSON.stringify(`${import.meta.dirname}/read-at-most.ts`)};
      process.stdout.write(JSON.stringify(readAtMost("/dev/stdin", 10, { writerMs: 0, pieceMs: 0 }).toString()));`;
    const shell = (producer: string) =>
      execFileSync(
        "sh",
        ["-c", `${producer} | "$0" --input-type=module --eval "$1"`, process.execPath, script],
        {
          encoding: "utf8",
        },
      );
    expect(shell("true")).toBe('""');
    expect(shell("printf one")).toBe('"one"');
  });

  it("fails where the writer of a named pipe stays silent", async () => {
    const path = pipe("stuck");
    const writer = write("printf one >&3; read -r _", path);
    const read = () => readAtMost(path, 10, { writerMs: 60_000, pieceMs: 40 });
    expect(read).toThrow(expect.objectContaining({ code: "nobody writes to this named pipe" }));
    writer.stdin.end();
    await once(writer, "exit");
  });
});
