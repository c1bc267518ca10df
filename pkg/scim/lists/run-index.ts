import { setImmediate } from "node:timers/promises";
import type { EpochMs, MonotonicClock } from "../../core/clock.ts";
import type { ResourceKind } from "../resource.ts";
import { keysUpTo } from "./key-order.ts";
import { KeyedOverlay } from "./keyed-overlay.ts";
import type { ListInventory, ListRun } from "./list-inventory.ts";
import type { ListRecords, WriteMark } from "./list-records.ts";
import { MemberOverlay } from "./member-overlay.ts";

/** A part of a run has so many users or groups, the last one fewer. */
export const SEGMENT = 64;

/** Other work of the thread gets its turn this often. */
const SLICE_MS = 5;

/** Cognito shows a change a little after it was made, so a run that began just then may have missed it. */
export const SHOWN_LATER_MS = 60_000;

/** The key before each part of the run, in order; "" before the first one. */
export type SegmentKeys = Readonly<Record<ResourceKind, readonly string[]>>;

/** A run of the inventory, with what is needed to find any place in it, and what this program has changed since it began. */
export class RunIndex {
  readonly run: ListRun;
  /** Writes up to this time are in the run, whatever is in the records. */
  readonly knownUntil: EpochMs;
  readonly segments: SegmentKeys;
  readonly overlays: Readonly<Record<ResourceKind, KeyedOverlay>>;
  readonly members = new MemberOverlay();
  readonly #records: ListRecords;
  #readTo = 0;

  constructor(run: ListRun, { segments, inventory, records, nowMs }: RunParts) {
    this.run = run;
    this.knownUntil = knownUntil(run, nowMs);
    this.segments = segments;
    this.#records = records;
    const overlay = (kind: ResourceKind): KeyedOverlay =>
      new KeyedOverlay(
        (key) =>
          (kind === "User" ? inventory.user(run.run, key) : inventory.group(run.run, key)) !== undefined,
        (key) => segmentOf(segments[kind], key),
      );
    this.overlays = { User: overlay("User"), Group: overlay("Group") };
  }

  /** Takes in what was written since. Returns the number of the last write. */
  readWrites(): number {
    for (;;) {
      const marks = this.#records.writesAfter(this.#readTo, MARKS);
      for (const mark of marks) {
        this.#readTo = mark.seq;
        if (mark.at > this.knownUntil || HIDING.has(mark.kind)) this.#apply(mark);
      }
      if (marks.length < MARKS) return this.#readTo;
    }
  }

  #apply({ kind, seq, subject, member }: WriteMark): void {
    const { User: users, Group: groups } = this.overlays;
    switch (kind) {
      case "user":
        users.apply(seq, subject, "written");
        break;
      case "user-deleted":
        users.apply(seq, subject, "deleted");
        break;
      case "user-hidden":
        users.apply(seq, subject, "hidden");
        break;
      case "user-shown":
        users.apply(seq, subject, "shown");
        break;
      case "group":
        groups.apply(seq, subject, "written");
        break;
      case "group-deleted":
        groups.apply(seq, subject, "deleted");
        this.members.groupDeleted(seq, subject);
        break;
      case "group-hidden":
        groups.apply(seq, subject, "hidden");
        break;
      case "group-shown":
        groups.apply(seq, subject, "shown");
        break;
      case "member-added":
      case "member-removed":
        if (member !== undefined) this.members.apply(seq, subject, member, kind === "member-added");
        break;
    }
  }
}

/** No run knows of these. */
const HIDING: ReadonlySet<WriteMark["kind"]> = new Set([
  "user-hidden",
  "user-shown",
  "group-hidden",
  "group-shown",
]);

/** How many writes are read at a time. */
const MARKS = 1_000;

interface RunParts {
  readonly segments: SegmentKeys;
  readonly inventory: ListInventory;
  readonly records: ListRecords;
  readonly nowMs: EpochMs;
}

/** Of a run that began in the future, the clock was set back since: it is not known which writes it has. */
export function knownUntil({ beganAt }: ListRun, nowMs: EpochMs): EpochMs {
  const beganMs = beganAt.getTime();
  return beganMs > nowMs ? 0 : beganMs - SHOWN_LATER_MS;
}

export function segmentOf(segments: readonly string[], key: string): number {
  // A part begins behind its key.
  const at = keysUpTo(segments, key) - 1;
  return Math.max(0, segments[at] === key ? at - 1 : at);
}

/** Reads where the parts of a run begin. Undefined where a newer run was published meanwhile. */
export async function readSegments(
  inventory: ListInventory,
  run: ListRun,
  monotonic: MonotonicClock,
): Promise<SegmentKeys | undefined> {
  const isNewest = inventory.newestRun()?.run === run.run;
  const read = async (kind: ResourceKind): Promise<readonly string[]> => {
    const keys = [""];
    let sliceFrom = monotonic();
    for (;;) {
      const after = keys.at(-1) ?? "";
      const next = inventory.keyBehind(kind, run.run, { after, skip: SEGMENT - 1 }, isNewest);
      if (next === undefined) return keys;
      keys.push(next);
      if (monotonic() - sliceFrom < SLICE_MS) continue;
      await setImmediate();
      sliceFrom = monotonic();
    }
  };
  const segments = { User: await read("User"), Group: await read("Group") };
  return isNewest && inventory.newestRun()?.run !== run.run ? undefined : segments;
}
