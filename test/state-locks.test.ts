import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lockTarget } from "../pkg/sqlite/lock.ts";
import { connectWorker } from "../pkg/worker/connect-worker.ts";
import type { LockThread } from "./support/lock-thread.ts";
import { temporaryFolder } from "./support/store-run.ts";

const LOCK = join(import.meta.dirname, "../pkg/sqlite/lock.ts");
let folder: { readonly path: string; remove(): void };
let path: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, "pool.c1z.work-lock");
});
afterEach(async () => {
  for (const child of children.splice(0)) await killed(child);
  folder.remove();
});

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** Another process that takes the lock, says how it went and then stays. */
async function rival(): Promise<{ readonly said: string; readonly child: ChildProcess }> {
  const script = `
    import { lockTarget } from ${JSON.stringify(LOCK)};
    try { globalThis.held = lockTarget(${JSON.stringify(path)}, "pool.c1z"); process.stdout.write("took it"); }
    catch (error) { process.stdout.write(error.code + ": " + error.message); }
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const [said] = await once(child.stdout, "data");
  return { said: String(said), child };
}

/** A thread of this process that tries to take the lock, and gives back what it took. */
async function saidInThread(target: string): Promise<string> {
  const thread = connectWorker<LockThread>({
    beside: import.meta.url,
    module: "support/lock-thread",
    argument: undefined,
    subject: "the lock",
  });
  try {
    return await thread.call("take", target, "pool.c1z");
  } finally {
    await thread.end();
  }
}

const refusal = "failed-precondition: another sync is running on pool.c1z; wait for it, or name another file";

describe("one process per target (STORE-3)", () => {
  test("a second one in this process is refused at once", () => {
    const lock = lockTarget(path, "pool.c1z");
    expect(() => lockTarget(path, "pool.c1z")).toThrow("another sync is running on pool.c1z");
    lock.release();
    lock.release();
    expect(existsSync(path)).toBe(false);
    lockTarget(path, "pool.c1z").release();
  });

  test("another process is refused while this one holds it, also after a failed attempt in this one", async () => {
    const lock = lockTarget(path, "pool.c1z");
    expect(() => lockTarget(path, "pool.c1z")).toThrow("another sync is running");
    expect((await rival()).said).toBe(refusal);
    lock.release();
    expect((await rival()).said).toBe("took it");
  });

  test("a second thread of this process is refused, and then another process is refused still", async () => {
    const lock = lockTarget(path, "pool.c1z");
    expect(await saidInThread(path)).toBe(refusal);
    expect((await rival()).said).toBe(refusal);
    lock.release();
    expect(await saidInThread(path)).toBe("took it");
    expect((await rival()).said).toBe("took it");
  });

  test("the lock dies with its process, however that dies", async () => {
    const { said, child } = await rival();
    expect(said).toBe("took it");
    expect(() => lockTarget(path, "pool.c1z")).toThrow("another sync is running");
    await killed(child);
    expect(existsSync(path)).toBe(true);
    lockTarget(path, "pool.c1z").release();
  });

  test("nobody ever holds it together with another, though each removes the file on leaving", async () => {
    const marker = join(folder.path, "held");
    const script = `
      import { closeSync, openSync, rmSync } from "node:fs";
      import { lockTarget } from ${JSON.stringify(LOCK)};
      for (let taken = 0; taken < 400; ) {
        let lock;
        try { lock = lockTarget(${JSON.stringify(path)}, "pool.c1z"); } catch { continue; }
        closeSync(openSync(${JSON.stringify(marker)}, "wx"));
        rmSync(${JSON.stringify(marker)});
        lock.release();
        taken += 1;
      }`;
    const exits = Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "ignore" });
      children.push(child);
      return (await once(child, "exit"))[0] as unknown;
    });
    expect(await Promise.all(exits)).toEqual([0, 0, 0, 0]);
  });

  test("a file of that name that is something else stays, and is named", () => {
    writeFileSync(path, "somebody's notes, ".repeat(100));
    expect(() => lockTarget(path, "pool.c1z")).toThrow(
      expect.objectContaining({ code: "failed-precondition", message: expect.stringContaining(path) }),
    );
    expect(existsSync(path)).toBe(true);
  });
});
