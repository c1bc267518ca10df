// Scheduled syncs beside a service and in whole processes, over the scripted Cognito.

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { compose, type Runtime } from "../cmd/connector/app/compose.ts";
import { startScheduledSync } from "../cmd/connector/app/scheduled-sync.ts";
import type { Published } from "../cmd/connector/app/sync-targets.ts";
import { toExitCode } from "../cmd/connector/cli/with-runtime.ts";
import { type MemoryContext, memoryContext } from "../cmd/connector/testing.fixture.ts";
import { loadConfig } from "../pkg/config/load-config.ts";
import { createActions } from "../pkg/connector/actions/create-actions.ts";
import { createProvisioningVerbs } from "../pkg/connector/provisioning/create-verbs.ts";
import { createSealer } from "../pkg/encryption/sealer.ts";
import { GrantManagerService } from "../pkg/gen/c1/connector/v2/grant_pb.ts";
import { readSyncFile } from "../pkg/store/read-sync-file.ts";
import type { ScheduledSync } from "../pkg/sync/schedule/scheduled-sync.ts";
import { people } from "./cognito/definitions.ts";
import { createPool } from "./cognito/pool.ts";
import { type ScriptedCognito, startScriptedCognito } from "./cognito/server.ts";
import { startCli } from "./support/connector-cli.ts";
import { callUnary, useGrpcServer } from "./support/grpc-client.ts";

const POOL = "us-east-1_Ab129faBb";
const never = new AbortController().signal;
const subOf = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;

let cognito: ScriptedCognito;
let folder: string;
let file: string;

const serve = useGrpcServer(afterEach);

async function startPool(users: number, more: readonly string[] = []): Promise<void> {
  const definitions = people(users, (index) => ({ sub: subOf(index), groups: ["all", ...more] }));
  const pool = createPool({ id: POOL, users: definitions, groups: ["all", "admins", ...more] });
  cognito = await startScriptedCognito({ pools: [pool] });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "connector-schedule-"));
  file = join(folder, "pool.c1z");
});

afterEach(async () => {
  await cognito.close();
  rmSync(folder, { recursive: true });
});

/** An empty value leaves a setting out. */
function settings(more: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(
    Object.entries({
      "user-pool-id": POOL,
      "endpoint-url": cognito.url,
      file,
      "state-dir": folder,
      "sync-every": "1h",
      "sync-jitter-percent": "0",
      "log-format": "json",
      "allow-secret-flags": "true",
      "aws-access-key-id": "AKIDTEST",
      "aws-secret-access-key": "test-secret-key",
      ...more,
    }).filter(([, value]) => value !== ""),
  );
}

interface Scene {
  readonly runtime: Runtime;
  readonly sync: ScheduledSync<Published>;
  readonly context: MemoryContext;
  readonly address: string;
}

/** Puts a service and a schedule together in this process, composed as the program does it. */
async function beside(
  more: Readonly<Record<string, string>>,
  work: (scene: Scene) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const context = memoryContext({
    cwd: folder,
    now: Date.now,
    monotonic: () => performance.now(),
    signal: stop.signal,
  });
  const info = { env: context.env, cwd: folder, stdoutIsTerminal: false, stderrIsTerminal: false };
  const { config } = loadConfig("serve", settings(more), info);
  const { schedule } = config;
  if (schedule === undefined) throw new Error("no schedule");
  let outcome = Promise.resolve();
  await toExitCode(config, context, async ({ log }, shutdown) => {
    const runtime = compose({ config, clocks: context, log, shutdown });
    const { connector, provisioner } = runtime;
    const verbs = createProvisioningVerbs({
      provisioner,
      poolId: config.poolId,
      userIdKind: config.userIdKind,
      pool: (signal) => connector.cachedPool(signal),
      sealing: { sealer: createSealer, open: undefined },
      actions: createActions({ provisioner, newId: randomUUID }),
    });
    const { target } = await serve(connector, verbs);
    const sync = startScheduledSync({ config: { ...config, schedule }, pieces: runtime, context });
    shutdown.add("the scheduled sync", () => sync.close(10_000));
    outcome = work({ runtime, sync, context, address: target });
    await outcome.catch(() => undefined);
    stop.abort();
    return 0;
  });
  await outcome;
}

const isSyncPage = (operation: string): boolean =>
  operation === "ListUsers" || operation === "ListUsersInGroup";

describe("a grant while a scheduled sync runs", () => {
  test("has priority over its pages, and is answered long before the sync ends", async () => {
    await startPool(
      130,
      Array.from({ length: 12 }, (_, index) => `team-${index}`),
    );
    cognito.setLatency(50);
    await beside({ rate: "2", provisioning: "true" }, async ({ runtime, sync, address }) => {
      const waiting = () =>
        runtime.throttle.status().find(({ category }) => category === "UserList")?.waiting;
      await vi.waitFor(() => expect(waiting()).toBeGreaterThanOrEqual(5), { timeout: 100_000, interval: 20 });
      expect(sync.status().runningSinceMs).toBeTypeOf("number");
      const asked = cognito.stats.calls.length;
      const group = { id: { resourceType: "group", resource: "admins" } };
      const reply = await callUnary(address, GrantManagerService.method.grant, {
        entitlement: { id: "group:admins:member", resource: group },
        // On the last page, which is not read yet: an account that a page has shown is not searched for.
        principal: { id: { resourceType: "user", resource: subOf(129) } },
      });
      expect(reply).toMatchObject({ code: "OK" });

      const meanwhile = cognito.stats.calls.slice(asked);
      const search = meanwhile.findIndex(({ input }) => typeof input?.["Filter"] === "string");
      expect(search).toBeGreaterThanOrEqual(0);
      // One or two pages may have been admitted already; at least five still wait.
      const ahead = meanwhile.slice(0, search).filter(({ operation }) => isSyncPage(operation));
      expect(ahead.length).toBeLessThan(3);
      expect(meanwhile.some(({ operation, done }) => operation === "AdminAddUserToGroup" && done)).toBe(true);
      expect(sync.status()).toMatchObject({ runningSinceMs: expect.any(Number), last: undefined });
      expect(existsSync(file)).toBe(false);
    });
  });
});

describe("a scheduled sync that takes long", () => {
  test("logs once a minute how far it is", async () => {
    await startPool(130);
    // The interval alone is faked: everything else goes over real sockets.
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const hold = cognito.hold({ operation: "ListUsers", nth: 2 });
      await beside({ rate: "1000" }, async ({ sync, context }) => {
        await hold.arrived();
        vi.advanceTimersByTime(59_000);
        expect(linesOf(context, "syncing")).toEqual([]);
        vi.advanceTimersByTime(61_000);
        expect(linesOf(context, "syncing")).toEqual([
          expect.objectContaining({ users: 60, calls: expect.any(Number), leftMs: expect.any(Number) }),
          expect.objectContaining({ openListings: expect.any(Number) }),
        ]);
        hold.release();
        await vi.waitFor(() => expect(sync.status().complete).toBeDefined(), { timeout: 100_000 });
        vi.advanceTimersByTime(600_000);
        expect(linesOf(context, "syncing")).toHaveLength(2);
      });
    } finally {
      vi.useRealTimers();
    }
  });

  function linesOf(context: MemoryContext, message: string): readonly unknown[] {
    const lines = context.stderr.text().split("\n");
    return lines
      .filter((line) => line.includes(`"msg":"${message}"`))
      .map((line): unknown => JSON.parse(line));
  }
});

describe("the last result", () => {
  test("is kept for health and metrics, also across processes", async () => {
    await startPool(70);
    await beside({ rate: "1000" }, async ({ sync, context }) => {
      expect(sync.status().complete).toBeUndefined();
      await vi.waitFor(() => expect(sync.status().nextAtMs).toBeTypeOf("number"), { timeout: 100_000 });
      const { complete, last, failures } = sync.status();
      expect(last).toMatchObject({
        kind: "done",
        result: { published: [{ counts: { users: 70 } }], calls: 7 },
      });
      expect(complete?.counts).toEqual({ users: 70, groups: 2, memberships: 70 });
      expect(failures).toBe(0);
      expect(context.stderr.text()).toContain('"msg":"synced"');
    });
    const calls = cognito.stats.count();
    await beside({ rate: "1000" }, async ({ sync }) => {
      await vi.waitFor(() => expect(sync.status().complete).toBeDefined(), { timeout: 100_000 });
      const { nextAtMs = 0, complete, last } = sync.status();
      expect(last).toBeUndefined();
      expect(nextAtMs - (complete?.endedAt.getTime() ?? 0)).toBeCloseTo(60 * 60_000, -4);
    });
    expect(cognito.stats.count()).toBe(calls);
    expect(readdirSync(folder)).toEqual(["pool.c1z"]);
  });

  test("is one for the inventory and the file, or for the inventory alone", async () => {
    await startPool(70);
    const inventory = join(folder, "pool.db");
    await beside({ rate: "1000", inventory }, async ({ sync, context }) => {
      await vi.waitFor(() => expect(sync.status().nextAtMs).toBeTypeOf("number"), { timeout: 100_000 });
      expect(sync.status().last).toMatchObject({
        kind: "done",
        result: { published: [{ file }, { inventory, runNumber: 1, counts: { users: 70 } }], calls: 7 },
      });
      const logged = context.stderr.text();
      expect(logged).toMatch(/"inventory":"[^"]+pool\.db","run":1,"changes":0,[^\n]*"msg":"synced"/);
      expect(logged).toMatch(
        /"inventory":"[^"]+pool\.db","msg":"the inventory has no earlier run of the pool/,
      );
      expect(logged).toMatch(/"file":"[^"]+pool\.c1z","inventory":"[^"]+pool\.db",[^\n]*"msg":"waiting for/);
    });
    expect(readdirSync(folder).sort()).toEqual(["pool.c1z", "pool.db"]);
    rmSync(file);
    await beside({ rate: "1000", inventory, file: "" }, async ({ sync }) => {
      await vi.waitFor(() => expect(sync.status().complete).toBeDefined(), { timeout: 100_000 });
      expect(sync.status().last).toBeUndefined();
    });
    expect(readdirSync(folder)).toEqual(["pool.db"]);
  });

  test("does not delay a run that was cut off, which is due already", async () => {
    await startPool(70);
    const done = (sync: ScheduledSync<Published>) =>
      vi.waitFor(() => expect(sync.status().last?.kind).toBe("done"), { timeout: 100_000 });
    await beside({ rate: "1000" }, async ({ sync }) => done(sync));
    const hold = cognito.hold({ operation: "ListUsers", continues: true });
    const options = [
      `--file=${file}`,
      `--state-dir=${folder}`,
      `--user-pool-id=${POOL}`,
      `--endpoint-url=${cognito.url}`,
    ];
    const cut = startCli(["sync", ...options, "--rate=1000"]);
    await hold.arrived();
    await vi.waitFor(() => expect(cognito.stats.count("ListUsersInGroup")).toBe(6), { timeout: 100_000 });
    cut.process.kill("SIGTERM");
    expect((await cut.result).code).toBe(1);
    hold.release();
    await beside({ rate: "1000" }, async ({ sync }) => {
      await done(sync);
      expect(sync.status().last).toMatchObject({
        result: { resumed: true, published: [{ counts: { users: 70 } }] },
      });
    });
  });

  test("of a failure is reported and kept, and the earlier file stays", async () => {
    await startPool(70);
    writeFileSync(file, "no sync file at all");
    await beside({ rate: "1000" }, async ({ sync, context }) => {
      await vi.waitFor(() => expect(sync.status().failures).toBe(1), { timeout: 100_000 });
      expect(sync.status()).toMatchObject({ complete: undefined, last: { kind: "failed" } });
      expect(context.stderr.text()).toContain('"msg":"the scheduled sync failed"');
      expect(context.stderr.text()).toContain(file);
    });
    expect(cognito.stats.count()).toBe(0);
  });
});

describe("a process that is ended in the middle of a scheduled sync", () => {
  let worker: ChildProcess | undefined;

  afterEach(() => {
    worker?.kill("SIGKILL");
    worker = undefined;
  });

  function launch(): {
    readonly said: (text: string) => Promise<void>;
    readonly exit: Promise<unknown[]>;
    kill(): void;
  } {
    const args = [...settings({ rate: "1000" })].map(([name, value]) => `${name}=${value}`);
    const started = spawn(
      process.execPath,
      [resolve(import.meta.dirname, "support/schedule-worker.ts"), ...args],
      {
        stdio: ["ignore", "ignore", "pipe"],
        env: { PATH: process.env["PATH"], HOME: "/nonexistent" },
      },
    );
    worker = started;
    let text = "";
    started.stderr.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    const exit = once(started, "exit");
    return {
      said: (wanted) => vi.waitFor(() => expect(text).toContain(wanted), { timeout: 100_000, interval: 20 }),
      exit,
      kill: () => void started.kill("SIGTERM"),
    };
  }

  test("ends cleanly, and the next process continues from there, and then waits", async () => {
    await startPool(130);
    const hold = cognito.hold({ operation: "ListUsers", nth: 3 });
    const first = launch();
    await hold.arrived();
    await vi.waitFor(() => expect(cognito.stats.count("ListUsersInGroup")).toBe(4), { timeout: 100_000 });
    first.kill();
    await first.said("interrupted the sync; it resumes at the next start");
    expect(await first.exit).toEqual([0, null]);
    expect(existsSync(file)).toBe(false);
    hold.release();
    const before = cognito.stats.count();

    const second = launch();
    await second.said("resuming an interrupted sync");
    await second.said('"msg":"synced"');
    second.kill();
    expect(await second.exit).toEqual([0, null]);
    // DescribeUserPool, the groups, and the page that was cut off: no other page is read again.
    expect(cognito.stats.count() - before).toBe(3);
    const stored = await readSyncFile({ file }, never);
    const [run] = stored.runs();
    expect([...stored.resources(run?.syncId ?? "")]).toHaveLength(132);
    stored.close();

    const third = launch();
    await third.said('"msg":"waiting for the next sync"');
    third.kill();
    expect(await third.exit).toEqual([0, null]);
    expect(cognito.stats.count() - before).toBe(3);
  });
});
