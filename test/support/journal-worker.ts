import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { machineBootClock } from "../../cmd/connector/process/boot-clock.ts";
import type { NewChange } from "../../pkg/core/journal.ts";
import { openJournal } from "../../pkg/store/journal/journal.ts";

// A process that works on a journal: node journal-worker.ts <dir> <what> <id> [<audit file>]. It reports its progress
// on stdout, and stops where the test kills it.

const [, , dir = "", what = "", id = "", audit = ""] = process.argv;
const journal = openJournal({
  dir,
  poolId: "eu-west-1_Abc123",
  now: Date.now,
  bootClock: machineBootClock(),
  sleep: (ms, signal) => setTimeout(ms, undefined, { signal }),
});
const never = new AbortController().signal;

/** Synchronous, so that it is written before this process stops. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function standStill(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function change(name: string): NewChange {
  const requester = { via: "cli", name: "worker" } as const;
  return { id: name, kind: "delete-user", lock: "user:sub-1", beganAtMs: 1, requester, target: {} };
}

function appendAudit(): void {
  const handle = openSync(audit, "a");
  writeSync(handle, `${id}\n`);
  fsyncSync(handle);
  closeSync(handle);
}

async function begin(): Promise<void> {
  await journal.begin(change(id), never);
  journal.note(id, { hints: { login: "planted-login-ada@example.com" } });
  journal.stepBegun(id, "AdminDeleteUser", false);
}

/** Ten changes of one lock, each with a few commits, and the times at which it had the lock. */
async function takeTurns(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) {
    const one = `${id}-${turn}`;
    await journal.begin(change(one), never);
    const from = process.hrtime.bigint();
    for (let step = 0; step < 3; step += 1) {
      journal.stepBegun(one, "AdminDeleteUser", false);
      await setTimeout(0);
    }
    const to = process.hrtime.bigint();
    journal.close(one, () => say(`${from} ${to}`));
  }
}

const TASKS: Readonly<Record<string, () => Promise<void> | void>> = {
  async hold() {
    await begin();
    say("begun");
    standStill();
  },
  async "close-before-line"() {
    await begin();
    journal.close(id, () => {
      say("here");
      standStill();
    });
  },
  async "close-after-line"() {
    await begin();
    journal.close(id, () => {
      appendAudit();
      say("here");
      standStill();
    });
  },
  async "close-whole"() {
    await begin();
    journal.close(id, appendAudit);
    say("here");
    standStill();
  },
  "take-turns": takeTurns,
  spend() {
    for (let count = 0; count < 40; count += 1) {
      const refused = journal.spend(`${id}-${count}`, [{ budget: "deletions", limit: 25 }], Date.now());
      say(refused === undefined ? "spent" : "refused");
    }
  },
};

await TASKS[what]?.();
journal.end();
