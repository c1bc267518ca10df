import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { userRefusals } from "./user-refusals.ts";

const POOL = "us-east-1_Ab129faBb";
const NOW = Date.parse("2026-11-29T07:00:00Z");
let stateDir: string;
let failures: unknown[];
let effects: string[];

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "user-refusals-"));
  [failures, effects] = [[], []];
});

afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const refusals = (poolId = POOL) =>
  userRefusals(
    { stateDir, poolId },
    {
      failure(effect, error) {
        effects.push(effect);
        failures.push(error);
      },
    },
  );

test("a refusal is known to a later process, for its pool alone, until a run by user is whole", () => {
  expect(refusals().last()).toBeUndefined();
  refusals().note(NOW);
  expect([refusals().last(), refusals("us-east-1_Other0000").last()]).toEqual([NOW, undefined]);
  refusals().forget();
  refusals().forget();
  expect([refusals().last(), failures]).toEqual([undefined, []]);
});

test.each(["", "yesterday"])("nothing is known where the file says %j", (text) => {
  writeFileSync(join(stateDir, `${POOL}.by-user-refused`), text);
  expect([refusals().last(), failures]).toEqual([undefined, []]);
});

test("a disk that fails fails no sync, and is logged", () => {
  mkdirSync(join(stateDir, `${POOL}.by-user-refused`));
  refusals().note(NOW);
  expect(refusals().last()).toBeUndefined();
  refusals().forget();
  const failure = expect.objectContaining({ message: expect.stringContaining(`${POOL}.by-user-refused`) });
  expect(failures).toEqual([failure, failure, failure]);
  expect(effects).toEqual([
    expect.stringContaining("the next sync does not know"),
    expect.stringContaining("is not known from earlier syncs"),
    expect.stringContaining("auto reads by group until its week is over"),
  ]);
});
