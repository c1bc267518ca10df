import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { GovernanceError } from "../pkg/core/errors.ts";
import { connectWorker, type WorkerCalls } from "../pkg/worker/connect-worker.ts";
import type { Echo } from "./support/echo-thread.ts";
import type { Synced } from "./support/synced-thread.ts";

const folder = mkdtempSync(join(tmpdir(), "connector-worker-"));
const started: WorkerCalls<Echo>[] = [];

afterAll(() => rmSync(folder, { recursive: true }));

afterEach(async () => {
  for (const one of started.splice(0)) await one.end();
});

function start(): WorkerCalls<Echo> {
  const thread = connectWorker<Echo>({
    beside: import.meta.url,
    module: "support/echo-thread",
    argument: "given",
    subject: "the echo",
  });
  started.push(thread);
  return thread;
}

async function failureOf(work: Promise<unknown>): Promise<GovernanceError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof GovernanceError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

test("the young generation of a thread does not grow with that of the program", async () => {
  // V8 lets it grow to 64 MiB in this process, as in a service whose own is still small.
  expect((await start().call("youngSizes")).usualMib).toBeLessThan(6);
});

test("a call is answered by the other thread, which has its argument", async () => {
  const { call } = start();
  expect(await call("argument")).toBe("given");
  expect(await call("twice", "ab")).toBe("abab");
});

test("calls begin in the order in which they were made", async () => {
  const { call } = start();
  const texts = Array.from({ length: 50 }, (_, index) => String(index));
  const answers = await Promise.all(texts.map((text) => call("log", text)));
  expect(answers.at(-1)).toEqual(texts);
  expect(answers.map((said) => said.length)).toEqual(texts.map((_, index) => index + 1));
});

function startSynced(): WorkerCalls<Synced> {
  return connectWorker<Synced>({
    beside: import.meta.url,
    module: "support/synced-thread",
    subject: "the disk",
  });
}

test("answers that are ready together come after one sync", async () => {
  const { call, end } = startSynced();
  await call("write");
  const before = await call("synced");
  expect(before.written).toBe(1);
  const writes = Array.from({ length: 50 }, () => call("write"));
  const answers = await Promise.all(writes);
  // None was synced before it was made, and all are by now.
  for (const { written, synced } of answers) expect(synced).toBeLessThan(written);
  const after = await call("synced");
  expect(after.written).toBe(51);
  expect(after.times - before.times).toBeLessThan(10);
  await end();
});

test("an answer whose sync fails is never sent, and the thread ends", async () => {
  const { call, isAlive } = startSynced();
  await call("write");
  const broken = failureOf(call("breakDisk"));
  const write = failureOf(call("write"));
  expect((await write).message).toBe("the thread of the disk ended before it answered");
  expect((await broken).code).toBe("internal");
  expect(isAlive()).toBe(false);
});

test("a failure arrives with all its members and its causes", async () => {
  const failure = await failureOf(start().call("fail"));
  expect(failure).toMatchObject({
    code: "resource-exhausted",
    message: "the disk is full",
    reason: "group-gone",
    retryAt: new Date(5),
    requestId: "r1",
    appliedEffects: ["one"],
    cause: { name: "Error", code: "ENOSPC" },
  });
});

test("an unexpected error is internal, its text only in the cause, with the place where it was thrown", async () => {
  const failure = await failureOf(start().call("crash"));
  expect(failure.code).toBe("internal");
  expect(failure.message).not.toContain("ada");
  expect(failure.cause).toMatchObject({
    name: "TypeError",
    stack: expect.stringContaining("echo-thread"),
  });
});

test("an abort reaches the call under way, with its reason", async () => {
  const { call } = start();
  const stop = new AbortController();
  const waiting = failureOf(call("wait", stop.signal));
  expect(await call("twice", "a")).toBe("aa");
  stop.abort(new GovernanceError("deadline-exceeded", "too late"));
  expect(await waiting).toMatchObject({ code: "deadline-exceeded", message: "too late" });
  expect(await failureOf(call("wait", stop.signal))).toMatchObject({ code: "deadline-exceeded" });
});

test.for([
  ["exits", (thread: WorkerCalls<Echo>) => thread.call("end", 3)],
  ["throws where nobody catches", (thread: WorkerCalls<Echo>) => thread.call("throwLater")],
  [
    "is ended",
    async (thread: WorkerCalls<Echo>) => {
      await thread.end();
      await thread.call("twice", "a");
    },
  ],
] as const)("when the thread %s, calls under way and later ones fail", async ([, die]) => {
  const thread = start();
  await thread.call("twice", "a");
  const waiting = failureOf(thread.call("wait", new AbortController().signal));
  const told = { code: "internal", message: "the thread of the echo ended before it answered" };
  expect(await failureOf(die(thread))).toMatchObject(told);
  expect(await waiting).toMatchObject(told);
  expect(thread.isAlive()).toBe(false);
  expect(await failureOf(thread.call("twice", "a"))).toMatchObject(told);
});

test("what cannot be sent fails alone", async () => {
  const { call } = start();
  const text: unknown = () => "a function";
  const refused: unknown = Reflect.apply(call, undefined, ["twice", text]);
  expect(await failureOf(Promise.resolve(refused))).toMatchObject({
    code: "internal",
  });
  expect(await call("twice", "a")).toBe("aa");
});

test("a thread without a call does not keep its process alive, and one with a call does", () => {
  const script = join(folder, "alive.mjs");
  writeFileSync(
    script,
    `import { connectWorker } from ${JSON.stringify(resolve(import.meta.dirname, "../pkg/worker/connect-worker.ts"))};
    const beside = ${JSON.stringify(import.meta.url)};
    const { call } = connectWorker({ beside, module: "support/echo-thread", argument: "x", subject: "the echo" });
    void call("twice", "late").then((text) => console.log(text));`,
  );
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], {
    encoding: "utf8",
    timeout: 100_000,
  });
  expect([stdout, stderr, status]).toEqual(["latelate\n", "", 0]);
});

test("an answer that cannot be read fails the calls, and ends the thread, which keeps its process alive no longer", () => {
  const script = join(folder, "unreadable.mjs");
  writeFileSync(
    script,
    `import { connectWorker } from ${JSON.stringify(resolve(import.meta.dirname, "../pkg/worker/connect-worker.ts"))};
    const beside = ${JSON.stringify(import.meta.url)};
    const { call, isAlive } = connectWorker({ beside, module: "support/echo-thread", argument: "x", subject: "the echo" });
    const waiting = call("wait", new AbortController().signal).catch(({ code }) => code);
    const failure = await call("nested", 6000).catch((error) => error);
    console.log(failure.code, failure.cause.name, await waiting, isAlive());`,
  );
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], {
    encoding: "utf8",
    timeout: 100_000,
  });
  expect([stdout, stderr, status]).toEqual(["internal RangeError internal false\n", "", 0]);
});

test("a call that the thread cannot read fails, as does every other one", () => {
  const script = join(folder, "unreadable-call.mjs");
  writeFileSync(
    script,
    `import { connectWorker } from ${JSON.stringify(resolve(import.meta.dirname, "../pkg/worker/connect-worker.ts"))};
    const beside = ${JSON.stringify(import.meta.url)};
    const { call, isAlive } = connectWorker({ beside, module: "support/echo-thread", argument: "x", subject: "the echo" });
    const waiting = call("wait", new AbortController().signal).catch(({ code }) => code);
    let outer = {};
    for (let inner = 0; inner < 14000; inner += 1) outer = { outer };
    const failure = await call("twice", outer).catch((error) => error);
    console.log(failure.code, failure.cause.name, await waiting, isAlive());`,
  );
  // A thread has 4 MB of stack.
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--stack-size=6000", script], {
    encoding: "utf8",
    timeout: 100_000,
  });
  expect([stdout, stderr, status]).toEqual(["internal RangeError internal false\n", "", 0]);
});

test("an answer that comes after the end does not end the process before the thread has ended", () => {
  const script = join(folder, "late-answer.mjs");
  writeFileSync(
    script,
    `import { connectWorker } from ${JSON.stringify(resolve(import.meta.dirname, "../pkg/worker/connect-worker.ts"))};
    const beside = ${JSON.stringify(import.meta.url)};
    const shared = new Int32Array(new SharedArrayBuffer(4));
    const { call, end } = connectWorker({ beside, module: "support/echo-thread", argument: "x", subject: "the echo" });
    await call("twice", "early");
    const failed = call("twice", "late").catch(({ code }) => code);
    // The answer is there, and this thread has not looked.
    Atomics.wait(shared, 0, 0, 300);
    await end();
    console.log(await failed);`,
  );
  const { stdout, stderr, status } = spawnSync(process.execPath, [script], {
    encoding: "utf8",
    timeout: 100_000,
  });
  expect([stdout, stderr, status]).toEqual(["internal\n", "", 0]);
});
