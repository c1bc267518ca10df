import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { machineBootClock } from "../cmd/connector/process/boot-clock.ts";
import { openJournal } from "../pkg/store/journal/journal.ts";
import type { JournalFile } from "../pkg/store/journal/recording-journal.ts";

const WORKER = join(import.meta.dirname, "support", "journal-worker.ts");
const never = new AbortController().signal;

let dir: string;
let audit: string;
let children: ChildProcess[];
let journals: JournalFile[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "connector-journal-"));
  audit = join(dir, "audit.log");
  children = [];
  journals = [];
});
afterEach(async () => {
  for (const journal of journals) journal.end();
  for (const child of children) await kill(child);
  rmSync(dir, { recursive: true, force: true });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

function start(
  what: string,
  id: string,
): { readonly child: ChildProcess; readonly lines: AsyncIterator<string> } {
  const child = spawn(process.execPath, [WORKER, dir, what, id, audit], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
}

async function allLines(what: string, id: string): Promise<string[]> {
  const { child, lines } = start(what, id);
  const exit = once(child, "exit");
  const all: string[] = [];
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) all.push(line.value);
  expect((await exit)[0]).toBe(0);
  return all;
}

function open(): JournalFile {
  const sleep = (ms: number, signal: AbortSignal): Promise<void> => setTimeout(ms, undefined, { signal });
  const journal = openJournal({
    dir,
    poolId: "eu-west-1_Abc123",
    now: Date.now,
    bootClock: machineBootClock(),
    sleep,
  });
  journals.push(journal);
  return journal;
}

function change(id: string): Parameters<JournalFile["begin"]>[0] {
  const requester = { via: "cli", name: "test" } as const;
  return { id, kind: "delete-user", lock: "user:sub-1", beganAtMs: 2, requester, target: {} };
}

describe("a process killed within a change", () => {
  test("leaves it to the next change of its lock, which waits while the process lives", async () => {
    const { child, lines } = start("hold", "c1");
    expect(await lines.next()).toMatchObject({ value: "begun" });
    const journal = open();
    expect(journal.claimOrphans()).toEqual([]);
    let begun = false;
    const waiting = journal.begin(change("c2"), never).then((leftovers) => {
      begun = true;
      return leftovers;
    });
    expect(journal.claimOrphans()).toEqual([]);
    expect(begun).toBe(false);
    await kill(child);
    expect(await waiting).toMatchObject([
      {
        id: "c1",
        hints: { login: "planted-login-ada@example.com" },
        steps: [{ operation: "AdminDeleteUser", state: "begun" }],
      },
    ]);
    expect(readdirSync(dir).filter((name) => name.includes(".owner-"))).toHaveLength(1);
  });

  test("leaves it to the next process that claims it, once", async () => {
    const { child, lines } = start("hold", "c1");
    await lines.next();
    await kill(child);
    const found = [open(), open()].flatMap((journal) => journal.claimOrphans());
    expect(found).toMatchObject([{ id: "c1", requester: { via: "cli", name: "worker" } }]);
  });

  test("writes no login into its files", async () => {
    const { child, lines } = start("hold", "c1-planted-id");
    await lines.next();
    await kill(child);
    const files = readdirSync(dir).map((name) => [name, readFileSync(join(dir, name), "latin1")] as const);
    expect(files.map(([name]) => name)).toEqual(
      expect.arrayContaining([".db", ".db-wal", ".db-shm"].map((end) => `eu-west-1_Abc123.journal${end}`)),
    );
    // The search finds text in the clear, so a text that it does not find is not in the files.
    expect(files.filter(([, bytes]) => bytes.includes("c1-planted-id"))).not.toEqual([]);
    expect(files.filter(([, bytes]) => /planted-login|ada@example/.test(bytes))).toEqual([]);
  });

  test.for([
    ["before its audit line", "close-before-line", "", true],
    ["between its audit line and the end", "close-after-line", "c1\n", true],
    ["after the end", "close-whole", "c1\n", false],
  ] as const)(
    "while it closes, %s: is still open, or closed with its audit line",
    async ([, what, log, isOpen]) => {
      const { child, lines } = start(what, "c1");
      expect(await lines.next()).toMatchObject({ value: "here" });
      await kill(child);
      expect(existsSync(audit) ? readFileSync(audit, "utf8") : "").toBe(log);
      const journal = open();
      const found = journal.claimOrphans();
      expect(found.map(({ id }) => id)).toEqual(isOpen ? ["c1"] : []);
      for (const { id } of found) journal.close(id, () => undefined);
      journal.end();
      expect(open().claimOrphans()).toEqual([]);
    },
  );
});

describe("processes at once", () => {
  test("never have a change of the same lock open together", async () => {
    const said = await Promise.all(["a", "b", "c"].map((id) => allLines("take-turns", id)));
    const turns = said
      .flat()
      .map((line) => line.split(" ").map(BigInt))
      .sort(([one = 0n], [other = 0n]) => (one < other ? -1 : 1));
    expect(turns).toHaveLength(30);
    for (const [index, [from = 0n]] of turns.entries()) {
      const [, before = 0n] = turns[index - 1] ?? [];
      expect(from).toBeGreaterThan(before);
    }
  });

  test("never spend more than the limit together", async () => {
    const said = (await Promise.all(["a", "b", "c"].map((id) => allLines("spend", id)))).flat();
    expect(said).toHaveLength(120);
    expect(said.filter((line) => line === "spent")).toHaveLength(25);
    expect(open().spent("deletions", Date.now())).toBe(25);
  });

  test("make one journal and one key, although all start at once", async () => {
    await Promise.all(["a", "b", "c", "d"].map((id) => allLines("spend", id)));
    expect(readdirSync(dir).sort()).toEqual(["eu-west-1_Abc123.journal.db", "eu-west-1_Abc123.journal.key"]);
    expect(open().spent("deletions", Date.now())).toBe(25);
  });
});
