import type { EpochMs } from "../../../../pkg/core/clock.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { nearest } from "../../../../pkg/core/nearest.ts";
import type { ChangeFilter } from "../../../../pkg/inventory/changes/read-changes.ts";
import type { InventoryRun } from "../../../../pkg/inventory/runs.ts";
import { RECORDED_KINDS, type RecordedKind } from "../../../../pkg/inventory/schema/recorded-kinds.ts";
import { timeOption } from "../time-text.ts";

/** The options as the command line has them. */
export interface ChangeOptions {
  readonly since: string | undefined;
  readonly until: string | undefined;
  readonly kinds: readonly string[];
  readonly group: string | undefined;
  readonly user: string | undefined;
  readonly outside: boolean;
  readonly values: boolean;
}

/** A moment, or a run of the inventory that is to be found. */
export type RunOrTime =
  | { readonly atMs: EpochMs }
  | {
      /** Its number; `not-found` where the inventory has no such run. */
      runIn(runs: { readonly first: InventoryRun; readonly newest: InventoryRun }): number;
    };

export interface ParsedChangeOptions extends Pick<ChangeFilter, "kinds" | "group" | "notOurs"> {
  readonly since: RunOrTime | undefined;
  readonly until: RunOrTime | undefined;
  readonly user: string | undefined;
}

/** Throws `invalid-argument` for an option that cannot match: empty output must mean that there is no such change. */
export function changeFilter(options: ChangeOptions, nowMs: EpochMs): ParsedChangeOptions {
  const since = runOrTime("since", options.since, nowMs);
  const until = runOrTime("until", options.until, nowMs);
  if (since !== undefined && until !== undefined && "atMs" in since && "atMs" in until) {
    if (since.atMs >= until.atMs) throw wrongOrder();
  }
  const { group, user, outside } = options;
  return { since, until, group, user, notOurs: outside, kinds: options.kinds.flatMap(kindsIn) };
}

function runOrTime(name: "since" | "until", text: string | undefined, nowMs: EpochMs): RunOrTime | undefined {
  const [, number] = /^run:(.*)$/.exec(text ?? "") ?? [];
  if (number === undefined) {
    const atMs = timeOption(name, text, nowMs, ", or a run (run:12, run:newest)");
    return atMs === undefined ? undefined : { atMs };
  }
  if (number !== "newest" && !/^[1-9]\d{0,14}$/.test(number)) {
    throw new GovernanceError("invalid-argument", `--${name}: a run is written run:12, or run:newest`);
  }
  return {
    runIn({ first, newest }) {
      const run = number === "newest" ? newest.run : Number(number);
      if (run >= first.run && run <= newest.run) return run;
      throw new GovernanceError(
        "not-found",
        `--${name}: there is no run ${run}; the inventory has the runs ${first.run} to ${newest.run}`,
      );
    },
  };
}

function kindsIn(text: string): readonly RecordedKind[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")
    .map((word) => {
      const kind = RECORDED_KINDS.find((one) => one === word);
      if (kind !== undefined) return kind;
      const close = nearest(word, RECORDED_KINDS);
      const hint = close === undefined ? "" : `; did you mean ${close}?`;
      throw new GovernanceError(
        "invalid-argument",
        `--kind: ${JSON.stringify(word)} is not one of ${RECORDED_KINDS.join(", ")}${hint}`,
      );
    });
}

export function wrongOrder(): GovernanceError {
  return new GovernanceError("invalid-argument", "--since must be before --until");
}
