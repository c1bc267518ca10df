// A file system of which the test knows the inode numbers: a new file takes the smallest number that is free, as ext4 does,
// and a number is free once its file has neither a name nor an open descriptor.
import { spawnSync } from "node:child_process";
import { closeSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync as Database } from "node:sqlite";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { lockFile } from "../pkg/sqlite/lock.ts";
import { temporaryFolder } from "./support/store-run.ts";

type Fs = typeof import("node:fs");

const world = vi.hoisted(() => ({
  path: "",
  /** Smallest number that is free, by the true number of the file. */
  numbers: new Map<number, number>(),
  /** The descriptors of the code under test: true numbers of their files. */
  open: new Map<number, number>(),
  /** Runs once before SQLite opens the file, and once after SQLite has locked it. */
  beforeOpen: (): void => {},
  afterLock: (): void => {},
}));

vi.mock("node:fs", async (original) => {
  const fs = await original<Fs>();
  const numbered = <T extends { ino: number } | undefined>(found: T): T => {
    const number = found === undefined ? undefined : world.numbers.get(found.ino);
    return found === undefined || number === undefined ? found : Object.assign(found, { ino: number });
  };
  return {
    ...fs,
    statSync: (path: string, options: { throwIfNoEntry: false }) => numbered(fs.statSync(path, options)),
    fstatSync: (fd: number) => numbered(fs.fstatSync(fd)),
    openSync: (...args: Parameters<Fs["openSync"]>) => {
      const fd = fs.openSync(...args);
      world.open.set(fd, fs.fstatSync(fd).ino);
      return fd;
    },
    closeSync: (fd: number) => {
      world.open.delete(fd);
      fs.closeSync(fd);
    },
  };
});

vi.mock("node:sqlite", async (original) => {
  const sqlite = await original<typeof import("node:sqlite")>();
  return {
    ...sqlite,
    DatabaseSync: class extends sqlite.DatabaseSync {
      constructor(...args: ConstructorParameters<typeof Database>) {
        world.beforeOpen();
        super(...args);
      }
      override exec(sql: string): void {
        super.exec(sql);
        if (sql.includes("BEGIN EXCLUSIVE")) world.afterLock();
      }
    },
  };
});

let folder: { readonly path: string; remove(): void };
/** Keeps the true numbers apart. */
let kept: number[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  world.path = join(folder.path, "pool.c1z.work-lock");
  kept = [];
});
afterEach(() => {
  for (const fd of kept) closeSync(fd);
  folder.remove();
});

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}

test("a lock is never taken on a file that is gone while a new one has its inode number (STORE-3)", async () => {
  const fs = await vi.importActual<Fs>("node:fs");
  const usedBy = (real: number): number => world.numbers.get(real) ?? 0;
  /** Gives the path a new file. `alive`: true numbers of files without a name that other processes have open. */
  const create = (alive: readonly number[]): number => {
    fs.rmSync(world.path, { force: true });
    const fd = fs.openSync(world.path, "wx", 0o600);
    kept.push(fd);
    const taken = new Set([...alive, ...world.open.values()].map(usedBy));
    let free = 1;
    while (taken.has(free)) free += 1;
    const real = fs.fstatSync(fd).ino;
    world.numbers.set(real, free);
    return real;
  };
  const first = create([]);
  let second = 0;
  world.beforeOpen = once(() => {
    // The holder removes its file. Before it has closed it, another process creates the next one.
    second = create([first]);
  });
  world.afterLock = once(() => {
    // That process ends too, and a third one creates its file. Now SQLite has the second one open, and nobody the first,
    // unless the code under test has.
    create([second]);
  });
  const lock = lockFile(world.path);
  expect(lock).toBeDefined();
  expect(rivalTakesIt()).toBe(false);
  lock?.release();
  expect(existsSync(world.path)).toBe(false);
  expect(rivalTakesIt()).toBe(true);
});

/** Whether another process can lock the file that has the name now. */
function rivalTakesIt(): boolean {
  const script = `
    import { lockFile } from ${JSON.stringify(join(import.meta.dirname, "../pkg/sqlite/lock.ts"))};
    process.exit(lockFile(${JSON.stringify(world.path)}) === undefined ? 3 : 0);`;
  const { status } = spawnSync(process.execPath, ["--input-type=module", "-e", script]);
  if (status !== 0 && status !== 3) throw new Error(`the rival ended with ${status}`);
  return status === 0;
}
