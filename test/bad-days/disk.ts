// What the disk of a day does: it is full for a while, and it sees the process die between any two writes.

// What the disk of a day does: it is full for a while, and it sees the process die between any two writes.

import fs, { cpSync, rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { DatabaseSync, StatementSync } from "node:sqlite";
import type { Kill } from "./schedule.ts";

export interface Disk {
  /** The next process begins. */
  begin(kill: Kill | undefined): void;
  /** The process was killed. */
  readonly isKilled: boolean;
  /** Where it was killed, for people. */
  readonly killedAt: string;
  /** Work on the disk that is not of the process. */
  aside<T>(work: () => Promise<T>): Promise<T>;
  /** After the end of a killed process: the folder becomes what the kill has left. */
  leaveAsKilled(): void;
  uninstall(): void;
}

interface DiskOptions {
  readonly folder: string;
  /** A path beside it, for a copy. */
  readonly aside: string;
  readonly isFull: () => boolean;
  /** Calls of this process that were answered so far. */
  readonly calls: () => number;
  /** The process is to end as soon as it can: what it does from now on is forgotten. */
  readonly onKill: () => void;
}

type Anything = (this: unknown, ...args: unknown[]) => unknown;

/** Functions that change a file of the state. Others, such as chmod, need no room and leave nothing behind. */
const WRITES = ["writeFileSync", "writeSync", "write", "mkdirSync"] as const;
const MOVES = ["renameSync", "rmSync", "ftruncateSync"] as const;

const enospc = (): Error =>
  Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", errno: -28 });
const sqliteFull = (): Error =>
  Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 });
const killed = (): Error => new Error("the process was killed");

/** What reads, or ends a transaction without a change. */
const NO_WRITE = /^\s*(?:SELECT|PRAGMA|ROLLBACK|DETACH|ATTACH|EXPLAIN)/iu;

/** Watches every write of this process. Only one process of the day runs at a time. */
export function watchDisk({ folder, aside, isFull, calls, onKill }: DiskOptions): Disk {
  let writes = 0;
  let last = "";
  let isPacking = false;
  let kill: Kill | undefined;
  let killedAt = "";
  let isOurs = false;

  /** Returns whether the disk has no room for the write. */
  function step(what: string, needsRoom: boolean): boolean {
    if (isOurs) return false;
    if (what === "write") isPacking = true;
    const isEarly =
      kill !== undefined && (calls() < kill.afterCalls || (kill.whilePacking === true && !isPacking));
    if (isEarly) return needsRoom && isFull();
    // How many pieces a stream writes depends on the speed of the machine.
    if (what !== "write" || last !== "write") writes += 1;
    last = what;
    if (killedAt !== "") {
      if (needsRoom) throw killed();
      return false;
    }
    if (kill !== undefined && killedAt === "" && writes >= kill.write) {
      killedAt = `write ${writes} after call ${kill.afterCalls}, ${what}`;
      isOurs = true;
      try {
        rmSync(aside, { recursive: true, force: true });
        cpSync(folder, aside, { recursive: true });
      } finally {
        isOurs = false;
      }
      onKill();
      throw killed();
    }
    return needsRoom && isFull();
  }

  const restore: (() => void)[] = [];
  function patch(owner: object, name: string, bend: (real: Anything) => Anything): void {
    const real: unknown = Reflect.get(owner, name);
    if (typeof real !== "function") throw new Error(`there is no ${name}`);
    const bent = bend(function call(this: unknown, ...args: unknown[]) {
      const result: unknown = Reflect.apply(real, this, args);
      return result;
    });
    Object.assign(owner, { [name]: bent });
    restore.push(() => Object.assign(owner, { [name]: real }));
  }

  /** Undefined: the write may be made. */
  function failureOf(what: string): Error | undefined {
    try {
      return step(what, true) ? enospc() : undefined;
    } catch (error) {
      return error instanceof Error ? error : killed();
    }
  }

  for (const name of WRITES) {
    patch(
      fs,
      name,
      (real) =>
        function write(this: unknown, ...args) {
          const failure = failureOf(name);
          if (failure === undefined) return real.apply(this, args);
          const done = args.at(-1);
          if (typeof done !== "function") throw failure;
          process.nextTick(() => void Reflect.apply(done, undefined, [failure]));
          return undefined;
        },
    );
  }
  for (const name of MOVES) {
    patch(
      fs,
      name,
      (real) =>
        function move(this: unknown, ...args) {
          step(name, false);
          return real.apply(this, args);
        },
    );
  }
  patch(
    DatabaseSync.prototype,
    "exec",
    (real) =>
      function exec(this: unknown, ...args) {
        const sql = String(args[0]);
        if (!NO_WRITE.test(sql) && step(sql.trim().slice(0, 24), true)) throw sqliteFull();
        return real.apply(this, args);
      },
  );
  patch(
    StatementSync.prototype,
    "run",
    (real) =>
      function run(this: unknown, ...args) {
        const sql = this instanceof StatementSync ? this.sourceSQL : "";
        if (!NO_WRITE.test(sql) && step(sql.trim().slice(0, 24), true)) throw sqliteFull();
        return real.apply(this, args);
      },
  );
  syncBuiltinESMExports();

  return {
    begin(wanted) {
      writes = 0;
      isPacking = false;
      kill = wanted;
      killedAt = "";
    },
    get isKilled() {
      return killedAt !== "";
    },
    get killedAt() {
      return killedAt;
    },
    async aside(work) {
      isOurs = true;
      try {
        return await work();
      } finally {
        isOurs = false;
      }
    },
    leaveAsKilled() {
      isOurs = true;
      try {
        rmSync(folder, { recursive: true });
        fs.renameSync(aside, folder);
      } finally {
        isOurs = false;
      }
    },
    uninstall() {
      for (const undo of restore) undo();
      syncBuiltinESMExports();
    },
  };
}
