import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { EpochMs } from "../../../../pkg/core/clock.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";

/** What a side of a comparison names. */
export type SidePlace =
  | { readonly kind: "live" }
  /** A run of the inventory. */
  | { readonly kind: "run"; readonly run: number | "newest"; readonly text: string }
  /** The inventory as it was known then. */
  | { readonly kind: "time"; readonly atMs: EpochMs; readonly text: string }
  /** A `.c1z` file; `run` is `previous` or the id of a sync. */
  | {
      readonly kind: "file";
      readonly file: string;
      readonly run: string | undefined;
      readonly text: string;
    };

export interface SideReading {
  readonly cwd: string;
  readonly parseTime: (text: string) => EpochMs | undefined;
}

/** Throws `invalid-argument` or `not-found` for a text that names nothing. A file of such a name is written `./live`. */
export function parseSide(text: string, { cwd, parseTime }: SideReading): SidePlace {
  if (text === "live") return { kind: "live" };
  const [, run] = /^run:(.*)$/.exec(text) ?? [];
  if (run !== undefined) return { kind: "run", run: runOf(run, text), text };
  const atMs = parseTime(text);
  if (atMs !== undefined) return { kind: "time", atMs, text };
  if (existsSync(resolve(cwd, text))) return { kind: "file", file: resolve(cwd, text), run: undefined, text };
  const at = text.lastIndexOf("@");
  const file = resolve(cwd, text.slice(0, Math.max(0, at)));
  if (at > 0 && at < text.length - 1 && existsSync(file)) {
    return { kind: "file", file, run: text.slice(at + 1), text };
  }
  throw new GovernanceError(
    "not-found",
    `${text}: there is no such file; a side is a .c1z file (pool.c1z, pool.c1z@previous, pool.c1z@<sync id>), a run or date of the inventory (run:12, run:newest, 2026-10-01, 7d) or live`,
  );
}

function runOf(number: string, text: string): number | "newest" {
  if (number === "newest") return number;
  if (/^[1-9]\d{0,14}$/.test(number)) return Number(number);
  throw new GovernanceError("invalid-argument", `${text}: a run is written run:12, or run:newest`);
}
