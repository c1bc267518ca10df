// A journal that cannot be written in the middle of a change, as on a full disk: once, or from some write on. What the caller
// receives is what the pool shows, and the recovery writes the line that is missing.
import { expect, test } from "vitest";
import { never } from "../../test/support/adapter.ts";
import { SCENARIOS, type Scenario, stateOf } from "../../test/support/change-scenarios.ts";
import { asked, createStage } from "../../test/support/provision-stage.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Journal } from "../core/journal.ts";

interface Disk {
  /** The number of the write that fails; the later ones too unless it fails once. */
  readonly failsAt: number;
  readonly isOnce: boolean;
  isRepaired: boolean;
  writes: number;
}

function onDisk(inner: Journal, disk: Disk): Journal {
  async function written<R>(write: () => Promise<R>): Promise<R> {
    disk.writes += 1;
    const isLater = disk.writes > disk.failsAt;
    if (disk.isRepaired || disk.writes < disk.failsAt || (disk.isOnce && isLater)) return await write();
    throw new GovernanceError("resource-exhausted", "the disk is full", { reason: "own-files" });
  }
  return {
    ...inner,
    note: (id, what) => written(() => inner.note(id, what)),
    stepBegun: (id, operation, undo) => written(() => inner.stepBegun(id, operation, undo)),
    stepEnded: (id, index, step) => written(() => inner.stepEnded(id, index, step)),
    spend: (id, limits, nowMs) => written(() => inner.spend(id, limits, nowMs)),
    giveBack: (id) => written(() => inner.giveBack(id)),
    close: (id, line) => written(() => inner.close(id, line)),
  };
}

/** What the pool was and is, what the caller received, and how the change is recorded after the recovery. */
async function play(scenario: Scenario, failsAt: number, isOnce: boolean) {
  const disk: Disk = { failsAt, isOnce, isRepaired: false, writes: 0 };
  const stage = createStage(scenario.pool);
  const { provisioner } = stage.process({ journal: (inner) => onDisk(inner, disk) });
  const before = JSON.stringify(stateOf(stage.pool));
  const told = await scenario.change(provisioner, asked).then(
    () => "made",
    (error: unknown) => (error instanceof GovernanceError ? error : undefined),
  );
  const after = JSON.stringify(stateOf(stage.pool));
  disk.isRepaired = true;
  const { failed } = await provisioner.recover(never);
  return {
    before,
    after,
    told,
    failed,
    lines: stage.audit.records,
    last: JSON.stringify(stateOf(stage.pool)),
    writes: disk.writes,
    open: stage.disk.changes.length,
  };
}

test.for(Object.entries(SCENARIOS))(
  "PROVISION-11: %s hides nothing that was made where a write of the journal fails",
  async ([, scenario]) => {
    const { after: whole } = await play(scenario, Number.POSITIVE_INFINITY, false);
    const wrong: string[] = [];
    for (const isOnce of [true, false]) {
      for (let failsAt = 1; ; failsAt += 1) {
        const { before, after, told, failed, lines, last, writes, open } = await play(
          scenario,
          failsAt,
          isOnce,
        );
        if (failsAt > writes) break;
        const at = `write ${failsAt}${isOnce ? " alone" : " and all later ones"}: `;
        const outcomes = lines.map(({ outcome }) => outcome);
        if (told === undefined) wrong.push(`${at}another error`);
        const isTold = told === "made" || (told instanceof GovernanceError && told.appliedEffects.length > 0);
        if (after !== before && !isTold)
          wrong.push(`${at}it was made, but the caller received ${String(told)}`);
        if (open > 0 || failed.length > 0) wrong.push(`${at}it is still open`);
        if (outcomes.length > 1) wrong.push(`${at}several lines`);
        const [outcome] = outcomes;
        if (last !== before && (outcome === undefined || outcome === "failed" || outcome === "undone")) {
          wrong.push(`${at}it is made, and its line says ${String(outcome)}`);
        }
        if (outcome === "done" && last !== whole && scenario.hidden !== true)
          wrong.push(`${at}its line says done, and it is not whole`);
      }
    }
    expect(wrong).toEqual([]);
  },
);

test("PROVISION-11: a group that was emptied and deleted is reported as deleted, whichever write fails", async () => {
  const scenario = SCENARIOS["delete-group that must be emptied first"];
  if (scenario === undefined) throw new Error("no such scenario");
  const { after: whole, writes: all } = await play(scenario, Number.POSITIVE_INFINITY, false);
  const told: string[] = [];
  for (let failsAt = 1; failsAt <= all; failsAt += 1) {
    const played = await play(scenario, failsAt, true);
    if (played.after !== whole || !(played.told instanceof GovernanceError)) continue;
    told.push(played.told.appliedEffects.find((effect) => effect.startsWith("DeleteGroup")) ?? "nothing");
  }
  expect(new Set(told)).toEqual(new Set(["DeleteGroup is done"]));
});
