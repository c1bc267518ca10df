import { existsSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { firstListings } from "../pkg/core/sync-plan.ts";
import { WHOLE_POOL } from "../pkg/core/sync-scope.ts";
import { openSyncFile } from "../pkg/store/sync-file.ts";
import { openSyncFileThread } from "../pkg/store/thread/sync-file-thread.ts";
import { never, newRun, storeOptions, TYPES, temporaryFolder } from "./support/store-run.ts";
import { targetContract } from "./support/target-contract.ts";

const RUN = newRun();
let folder: { readonly path: string; remove(): void };

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** The thread has the clock of the machine, and the runs of these tests are of a fixed day. */
function settings(path: string, options = {}) {
  const { now: _now, ...given } = storeOptions(path, options);
  return { ...given, maxIdleMs: Number.MAX_SAFE_INTEGER };
}

targetContract("a .c1z in a thread of its own", () => {
  const own = temporaryFolder();
  return {
    open: (options) => openSyncFileThread(settings(own.path, options), never),
    remove: () => own.remove(),
  };
});

test("what the thread has committed is there for the next sync, in this thread or another", async () => {
  const first = await openSyncFileThread(settings(folder.path), never);
  await first.begin(RUN, TYPES, firstListings(WHOLE_POOL));
  await first.close();
  const second = await openSyncFile({ ...settings(folder.path), now: Date.now }, never);
  expect([second.run, second.resumed]).toEqual([RUN, true]);
  await second.close();
});

test("a file of another program is refused as in this thread", async () => {
  const { file } = settings(folder.path);
  writeFileSync(file, "something else");
  await expect(openSyncFileThread(settings(folder.path), never)).rejects.toMatchObject({
    code: "failed-precondition",
    message: expect.stringContaining(`${file} is not a .c1z file`),
  });
});

test("a signal that has fired opens nothing", async () => {
  const { file } = settings(folder.path);
  const opening = openSyncFileThread(settings(folder.path), AbortSignal.abort());
  await expect(opening).rejects.toMatchObject({ code: "canceled" });
  expect(existsSync(file)).toBe(false);
});
