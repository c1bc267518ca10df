import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSyncFile, type SyncFile, type SyncFileOptions } from "../pkg/store/sync-file.ts";
import {
  contentOf,
  never,
  publishPool,
  readPool,
  type SmallPool,
  storeOptions,
  temporaryFolder,
} from "./support/store-run.ts";

const SYNC_FILE = join(import.meta.dirname, "../pkg/store/sync-file.ts");
const STORE_RUN = join(import.meta.dirname, "support/store-run.ts");
const POOL: SmallPool = {
  users: ["u1", "u2", "u3", "u4", "u5"],
  groups: { all: ["u1", "u2", "u3", "u4", "u5"], few: ["u2", "u9"], none: [], "a:b": ["u1"] },
};

let folder: { readonly path: string; remove(): void };
let file: string;
let options: SyncFileOptions;
const open: SyncFile[] = [];
beforeEach(() => {
  folder = temporaryFolder();
  options = storeOptions(folder.path);
  ({ file } = options);
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  folder.remove();
});

async function opened(): Promise<SyncFile> {
  const one = await openSyncFile(options, never);
  open.push(one);
  return one;
}

describe("a sync that was cut", () => {
  test("by SIGKILL in another process gives its target and its run back", async () => {
    const script = `
      import { openSyncFile } from ${JSON.stringify(SYNC_FILE)};
      import { readPool, storeOptions } from ${JSON.stringify(STORE_RUN)};
      const sync = await openSyncFile(storeOptions(${JSON.stringify(folder.path)}), new AbortController().signal);
      globalThis.held = sync;
      await readPool(sync, ${JSON.stringify(POOL)}, { afterCommit: (done) => done < 5 });
      process.stdout.write(sync.run.id);
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said] = await once(child.stdout, "data");
    await expect(openSyncFile(options, never)).rejects.toMatchObject({
      code: "failed-precondition",
      message: expect.stringContaining("another sync is running on"),
    });
    child.kill("SIGKILL");
    await once(child, "exit");
    const resumed = await opened();
    expect(resumed).toMatchObject({ resumed: true, run: { id: String(said) } });
    await readPool(resumed, POOL);
    await resumed.publish({ acceptShrink: false }, never);
    expect((await contentOf(file))[0]?.grants).toHaveLength(8);
  });
});

describe("a publication that fails leaves the old file, byte for byte, and the run (STORE-1)", () => {
  test("when files may not grow any more, and there is room again later", async () => {
    await publishPool(options, POOL);
    const before = readFileSync(file);
    const many: SmallPool = {
      users: Array.from({ length: 3000 }, (_, at) => `user-${at}`),
      groups: { ...POOL.groups, many: Array.from({ length: 3000 }, (_, at) => `user-${at}`) },
    };
    const sync = await opened();
    await readPool(sync, many, { pageSize: 60 });
    await sync.close();
    const script = `
      import { openSyncFile } from ${JSON.stringify(SYNC_FILE)};
      import { storeOptions } from ${JSON.stringify(STORE_RUN)};
      const never = new AbortController().signal;
      const sync = await openSyncFile(storeOptions(${JSON.stringify(folder.path)}), never);
      try { await sync.publish({ acceptShrink: false }, never); process.stdout.write("published"); }
      catch (error) { process.stdout.write(error.name + " " + error.message); }
      await sync.close();`;
    // The working file fits, the finished one with its indices does not.
    const blocks = Math.ceil(statSync(`${file}.work`).size / 512) + 100;
    const child = spawn(
      "sh",
      ["-c", `ulimit -f ${blocks}; exec "$0" --input-type=module -e "$1"`, process.execPath, script],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const gone = once(child, "exit");
    let said = "";
    child.stdout.on("data", (data: Buffer) => {
      said += data.toString();
    });
    await gone;
    expect(said).toMatch(
      /^GovernanceError cannot publish .*(?:input\/output error|disk is full|larger than)/,
    );
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(folder.path).toSorted()).toEqual(["pool.c1z", "pool.c1z.work"]);
    const later = await opened();
    expect(later).toMatchObject({ resumed: true, run: { id: sync.run?.id } });
    expect(await later.publish({ acceptShrink: false }, never)).toMatchObject({
      counts: { users: 3006, groups: 5, memberships: 3008 },
    });
  });

  test("when its folder cannot be opened to put the new name on the disk", async () => {
    await publishPool(options, POOL);
    const before = readFileSync(file);
    const sync = await opened();
    await readPool(sync, POOL);
    await sync.close();
    const said = await publishedWith(`
      const folder = realpathSync(${JSON.stringify(folder.path)});
      const { openSync } = fs;
      fs.openSync = (path, ...more) => {
        if (path === folder) throw Object.assign(new Error("too many open files"), { code: "EMFILE" });
        return openSync(path, ...more);
      };`);
    expect(said).toMatch(/^GovernanceError cannot publish .*: too many files are open/);
    expect(readFileSync(file)).toEqual(before);
    expect(await opened()).toMatchObject({ resumed: true, run: { id: sync.run?.id } });
  });
});

test("a publication whose new name cannot be put on the disk says that the file is the new one", async () => {
  await publishPool(options, POOL);
  const sync = await opened();
  await readPool(sync, { ...POOL, users: [...POOL.users, "u6"] });
  await sync.close();
  const said = await publishedWith(`
    const { fsyncSync, fstatSync } = fs;
    fs.fsyncSync = (fd) => {
      if (fstatSync(fd).isDirectory()) throw Object.assign(new Error("i/o error"), { code: "EIO" });
      fsyncSync(fd);
    };`);
  expect(said).toMatch(/^GovernanceError .*pool\.c1z holds the new run.*input\/output error/);
  expect(said).not.toContain("cannot publish");
  expect(said).not.toContain("goes on from there");
  const runs = await contentOf(file);
  expect(runs.map(({ syncId }) => syncId)).toContain(sync.run?.id);
  expect(await opened()).toMatchObject({ resumed: false, complete: { id: sync.run?.id } });
});

test("a publication is made where the file system has no fsync for folders", async () => {
  await publishPool(options, POOL);
  const sync = await opened();
  await readPool(sync, { ...POOL, users: [...POOL.users, "u6"] });
  await sync.close();
  const said = await publishedWith(`
    const { fsyncSync, fstatSync } = fs;
    fs.fsyncSync = (fd) => {
      if (fstatSync(fd).isDirectory()) throw Object.assign(new Error("invalid argument"), { code: "EINVAL" });
      fsyncSync(fd);
    };`);
  expect(said).toBe("published");
  expect(await opened()).toMatchObject({ resumed: false, complete: { id: sync.run?.id } });
});

test("a publication fails where the fsync of the file itself is an invalid argument", async () => {
  await publishPool(options, POOL);
  const before = readFileSync(file);
  const sync = await opened();
  await readPool(sync, { ...POOL, users: [...POOL.users, "u6"] });
  await sync.close();
  const said = await publishedWith(`
    fs.fsyncSync = () => {
      throw Object.assign(new Error("invalid argument"), { code: "EINVAL" });
    };`);
  expect(said).toMatch(/^GovernanceError /);
  expect(readFileSync(file)).toEqual(before);
});

/** Publishes the run in another process, after the statements that break its file system. Resolves with what it says. */
async function publishedWith(broken: string): Promise<string> {
  const script = `
    import fs, { realpathSync } from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    import { openSyncFile } from ${JSON.stringify(SYNC_FILE)};
    import { storeOptions } from ${JSON.stringify(STORE_RUN)};
    const never = new AbortController().signal;
    const sync = await openSyncFile(storeOptions(${JSON.stringify(folder.path)}), never);
    ${broken}
    syncBuiltinESMExports();
    try { await sync.publish({ acceptShrink: false }, never); process.stdout.write("published"); }
    catch (error) { process.stdout.write(error.name + " " + error.message); }
    await sync.close();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "exit");
  let said = "";
  child.stdout.on("data", (data: Buffer) => {
    said += data.toString();
  });
  await gone;
  return said;
}
