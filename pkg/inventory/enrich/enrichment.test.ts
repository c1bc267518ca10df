import { afterEach, describe, expect, test } from "vitest";
import { people, person } from "../../../test/cognito/definitions.ts";
import { createPool, type PoolDefinition } from "../../../test/cognito/pool.ts";
import { type EnrichStage, openEnrichStage } from "../../../test/support/enrich-stage.ts";
import type { UserFact } from "../../core/user-facts.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const POOL = "us-east-1_Ab129faBb";
const open: EnrichStage[] = [];

afterEach(async () => {
  for (const stage of open.splice(0)) await stage.close();
});

async function stageOf(definition: Partial<PoolDefinition>, facts?: readonly UserFact[]) {
  const pool = createPool({ id: POOL, tier: "PLUS", advancedSecurity: "AUDIT", ...definition });
  const stage = await openEnrichStage(pool, facts);
  open.push(stage);
  await stage.publish();
  return { pool, stage };
}

/** Subs in this order. */
const named = (...names: readonly string[]) =>
  names.map((username, index) => person(index, { username, sub: subOf(index) }));
const subOf = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
const old = "2026-01-01T00:00:00Z";

describe("what is read", () => {
  test("is kept with the time of reading, and none is not unknown", async () => {
    const { stage } = await stageOf({
      users: [
        person(1, {
          username: "ann",
          mfa: ["SOFTWARE_TOKEN_MFA", "SMS_MFA"],
          preferredMfa: "SMS_MFA",
          events: [
            { at: "2026-11-03T08:00:00.100Z" },
            { at: "2026-11-05T08:00:00Z", response: "Fail" },
            { at: "2026-11-06T08:00:00Z", type: "ForgotPassword" },
          ],
        }),
        person(2, { username: "bob" }),
      ],
    });
    expect(await stage.run()).toMatchObject({
      read: { mfa: 2, "last-sign-in": 2 },
      calls: 4,
      ended: "complete",
    });
    const readAt = "2026-11-20T12:00:00.000Z";
    const factors =
      "SELECT username, factors, preferred, f.read_at FROM second_factors f JOIN users USING (sub)";
    expect(await stage.rows(`${factors} ORDER BY username`)).toEqual([
      ["ann", '["SOFTWARE_TOKEN_MFA","SMS_MFA"]', "SMS_MFA", readAt],
      ["bob", "[]", null, readAt],
    ]);
    const signIns =
      "SELECT username, last_sign_in_at, event_type, s.read_at FROM sign_ins s JOIN users USING (sub)";
    expect(await stage.rows(`${signIns} ORDER BY username`)).toEqual([
      ["ann", "2026-11-03T08:00:00.100Z", "SignIn", readAt],
      ["bob", null, null, readAt],
    ]);
  });

  test("an account that was deleted meanwhile is no failure, and what was known of it goes with the next run", async () => {
    const { pool, stage } = await stageOf({ users: named("ann", "bob") }, ["mfa"]);
    await stage.run();
    pool.deleteUser("bob");
    stage.nowMs += DAY + 1;
    expect(await stage.run()).toMatchObject({
      read: { mfa: 1 },
      gone: 1,
      ended: "complete",
      failure: undefined,
    });
    expect(await stage.rows("SELECT sub FROM second_factors")).toHaveLength(2);
    await stage.publish();
    await stage.run();
    expect(await stage.rows("SELECT sub FROM second_factors")).toEqual([[subOf(0)]]);
    expect(stage.said).toEqual([]);
  });

  test("an account that answers to the name of a deleted one is not taken for it", async () => {
    const { pool, stage } = await stageOf({ users: named("ann") }, ["mfa"]);
    pool.deleteUser("ann");
    pool.addUser(person(7, { username: "ann", sub: subOf(7), mfa: ["SMS_MFA"] }));
    expect(await stage.run()).toMatchObject({ read: { mfa: 0 }, gone: 1 });
    expect(await stage.rows("SELECT * FROM second_factors")).toEqual([]);
  });

  test("mark 25: a deleted account does not get the last sign-in of one that was made again with its name", async () => {
    const { pool, stage } = await stageOf({ users: named("ann", "bob") }, ["last-sign-in"]);
    const since = [{ at: new Date(stage.nowMs + HOUR) }];
    stage.nowMs += 2 * HOUR;
    pool.deleteUser("ann");
    pool.addUser(person(7, { username: "ann", sub: subOf(7), events: since }));
    pool.deleteUser("bob");
    pool.addUser(person(8, { username: "bob", sub: subOf(1), events: since }));
    expect(await stage.run()).toMatchObject({ read: { "last-sign-in": 1 }, gone: 1, calls: 4 });
    expect(await stage.rows("SELECT sub FROM sign_ins")).toEqual([[subOf(1)]]);
  });

  test("a sign-in from before the account was listed is its own, without another call", async () => {
    const before = [{ at: "2026-11-20T11:00:00Z" }];
    const { stage } = await stageOf({ users: [person(1, { events: before })] }, ["last-sign-in"]);
    expect(await stage.run()).toMatchObject({ read: { "last-sign-in": 1 }, calls: 1 });
  });

  test("where the run has a time that is still to come, each sign-in that is found is checked", async () => {
    const pool = createPool({ id: POOL, tier: "PLUS", advancedSecurity: "AUDIT", users: [] });
    pool.addUser(person(1, { events: [{ at: "2026-11-20T11:00:00Z" }] }));
    const stage = await openEnrichStage(pool, ["last-sign-in"]);
    open.push(stage);
    stage.nowMs += 365 * DAY;
    await stage.publish();
    stage.nowMs -= 365 * DAY;
    expect(await stage.run()).toMatchObject({ read: { "last-sign-in": 1 }, calls: 2 });
  });

  test("mark 53: a history of failed attempts leaves the last sign-in unknown", async () => {
    const failures = Array.from({ length: 400 }, (_, minute) => ({
      at: new Date(Date.parse("2026-11-01T00:00:00Z") + minute * 60_000),
      response: "Fail",
    }));
    const behindTwoPages = [...failures.slice(0, 130), { at: "2026-10-01T00:00:00Z" }];
    const { stage } = await stageOf(
      { users: [person(1, { events: failures }), person(2, { username: "bob", events: behindTwoPages })] },
      ["last-sign-in"],
    );
    expect(await stage.run()).toMatchObject({
      read: { "last-sign-in": 1 },
      unclear: 1,
      calls: 5 + 3,
      ended: "complete",
    });
    expect(await stage.rows("SELECT last_sign_in_at FROM sign_ins")).toEqual([["2026-10-01T00:00:00.000Z"]]);
  });

  test("an account that cannot be read is passed over, and five in a row end the round", async () => {
    const { stage } = await stageOf({ users: people(9) }, ["mfa"]);
    stage.cognito.script({ operation: "AdminGetUser", nth: 2, error: { name: "InvalidParameterException" } });
    expect(await stage.run()).toMatchObject({ read: { mfa: 8 }, ended: "complete" });
    expect(stage.said).toEqual(["mfa passed over: failed-precondition"]);
    stage.nowMs += DAY + 1;
    stage.cognito.script({ operation: "AdminGetUser", error: { name: "InvalidParameterException" } });
    expect(await stage.run()).toMatchObject({ calls: 5, ended: "failed" });
  });

  test("what was read when the round is stopped is kept, and nothing more is read", async () => {
    const { stage } = await stageOf({ users: named("ann", "bob") }, ["mfa"]);
    const { directory } = stage.cognito;
    const stop = new AbortController();
    const source = {
      async readDetails(username: string, signal: AbortSignal) {
        const details = await directory.readDetails(username, signal);
        stop.abort();
        return details;
      },
      listAuthEvents: directory.listAuthEvents.bind(directory),
      usernameOf: directory.usernameOf.bind(directory),
    };
    expect(await stage.run({ source }, stop.signal)).toMatchObject({
      read: { mfa: 1 },
      calls: 1,
      ended: "stopped",
    });
    expect(await stage.rows("SELECT sub FROM second_factors")).toEqual([[subOf(0)]]);
  });

  test("without a published run there is nothing to read", async () => {
    const stage = await openEnrichStage(createPool({ id: POOL, users: people(2) }));
    open.push(stage);
    expect(await stage.run()).toMatchObject({ calls: 0, ended: "complete" });
  });
});

describe("the order", () => {
  test("is changed accounts, then those never read, then the oldest knowledge, then the sub", async () => {
    const { pool, stage } = await stageOf({ users: named("a", "b", "c", "d").map(bornAt(old)) }, ["mfa"]);
    // c, then a and b are read at other times.
    for (const [username, hours] of [
      ["c", 0],
      ["a", 1],
      ["b", 2],
    ] as const) {
      stage.nowMs = Date.parse("2026-11-20T12:00:00Z") + hours * HOUR;
      const { sub = "" } = pool.stored(username) ?? {};
      await stage.writer.transaction(
        (session) =>
          session.run("INSERT INTO second_factors VALUES (?, ?, '[]', NULL, ?)", [
            POOL,
            sub,
            new Date(stage.nowMs).toISOString(),
          ]),
        new AbortController().signal,
      );
    }
    stage.nowMs += 2 * DAY;
    const changed = pool.stored("b");
    if (changed !== undefined) changed.modifiedMs = stage.nowMs - HOUR;
    await stage.publish();
    await stage.run();
    expect(stage.calls()).toEqual(["b", "d", "c", "a"].map((username) => `AdminGetUser ${username}`));
  });

  test("is the same for several facts, account by account", async () => {
    const { stage } = await stageOf({ users: named("a", "b") });
    await stage.run();
    expect(stage.calls()).toEqual([
      "AdminListUserAuthEvents a",
      "AdminGetUser a",
      "AdminListUserAuthEvents b",
      "AdminGetUser b",
    ]);
  });

  test("reads no account twice in a day unless it has changed", async () => {
    const { pool, stage } = await stageOf({ users: named("a", "b").map(bornAt(old)) }, ["mfa"]);
    await stage.run();
    stage.nowMs += DAY - 1;
    const changed = pool.stored("b");
    if (changed !== undefined) changed.modifiedMs = stage.nowMs - 1000;
    await stage.publish();
    expect((await stage.run()).calls).toBe(1);
    stage.nowMs += 2;
    expect((await stage.run()).calls).toBe(1);
    expect(stage.calls().slice(2)).toEqual(["AdminGetUser b", "AdminGetUser a"]);
  });

  test("what a clock that was ahead has read is read again once, and then counts as read now", async () => {
    const { stage } = await stageOf({ users: named("a", "b") });
    stage.nowMs += 365 * DAY;
    expect((await stage.run()).calls).toBe(4);
    stage.nowMs -= 365 * DAY;
    expect((await stage.run()).calls).toBe(4);
    const now = new Date(stage.nowMs).toISOString();
    for (const table of ["second_factors", "sign_ins"]) {
      expect(await stage.rows(`SELECT read_at FROM ${table}`)).toEqual([[now], [now]]);
    }
    expect((await stage.run()).calls).toBe(0);
  });

  test("a clock behind that of AWS does not read a changed account again and again", async () => {
    const { stage } = await stageOf({ users: named("a").map(bornAt("2026-11-20T18:00:00Z")) }, ["mfa"]);
    expect(await stage.run()).toMatchObject({ calls: 1, ended: "complete" });
    expect((await stage.run()).calls).toBe(1);
  });
});

describe("a pool without the fact", () => {
  test("mark 53: says so once, costs one call a day, and is never taken for 'no sign-in'", async () => {
    const { pool, stage } = await stageOf({ users: people(5), advancedSecurity: "OFF" });
    const report = await stage.run();
    expect(report).toMatchObject({
      read: { mfa: 5, "last-sign-in": 0 },
      leftOut: ["last-sign-in"],
      ended: "complete",
    });
    expect(stage.said).toEqual(["last-sign-in off: feature-off"]);
    expect(await stage.rows("SELECT * FROM sign_ins")).toEqual([]);
    stage.nowMs += DAY - 1;
    expect((await stage.run({ facts: ["last-sign-in"] })).calls).toBe(0);
    expect(stage.said).toHaveLength(1);
    stage.nowMs += 2;
    expect((await stage.run({ facts: ["last-sign-in"] })).calls).toBe(1);
    expect(stage.said).toHaveLength(2);
    expect(pool.settings.advancedSecurity).toBe("OFF");
  });

  test("is asked again once its plan changes", async () => {
    const { stage } = await stageOf({ users: people(2), advancedSecurity: "OFF", tier: "ESSENTIALS" }, [
      "last-sign-in",
    ]);
    await stage.run();
    expect(await stage.rows("SELECT fact, off_tier FROM enrichments")).toEqual([
      ["last-sign-in", "ESSENTIALS"],
    ]);
    await stage.writer.transaction(
      (session) => session.run("UPDATE pools SET tier = 'PLUS'"),
      new AbortController().signal,
    );
    stage.cognito.script({
      operation: "AdminListUserAuthEvents",
      times: 9,
      rewrite: () => ({ AuthEvents: [] }),
    });
    expect((await stage.run()).calls).toBe(1);
  });

  test("has it again after a day: nothing says that it is off any more", async () => {
    const { stage } = await stageOf({ users: people(2) }, ["last-sign-in"]);
    stage.cognito.script({
      operation: "AdminListUserAuthEvents",
      error: { name: "UserPoolAddOnNotEnabledException" },
      times: 1,
    });
    await stage.run();
    expect(await stage.rows("SELECT off_since IS NULL FROM enrichments")).toEqual([[0]]);
    stage.nowMs += DAY + 1;
    expect(await stage.run()).toMatchObject({ read: { "last-sign-in": 2 }, leftOut: [] });
    expect(await stage.rows("SELECT off_since, off_tier FROM enrichments")).toEqual([[null, null]]);
  });
});

test("a pool that lacked a fact by a clock that was ahead is asked again", async () => {
  const { stage } = await stageOf({ users: people(2), advancedSecurity: "OFF" });
  stage.nowMs += 365 * DAY;
  await stage.run({ facts: ["last-sign-in"] });
  stage.nowMs -= 365 * DAY;
  expect((await stage.run({ facts: ["last-sign-in"] })).calls).toBe(1);
  expect((await stage.run({ facts: ["last-sign-in"] })).calls).toBe(0);
});

describe("a call that fails", () => {
  test("for want of an IAM action leaves that fact out, says so once, and reads the other", async () => {
    const { stage } = await stageOf({ users: people(4) });
    stage.cognito.script({ operation: "AdminGetUser", times: 99, error: { name: "AccessDeniedException" } });
    expect(await stage.run()).toMatchObject({
      read: { mfa: 0, "last-sign-in": 4 },
      leftOut: ["mfa"],
      ended: "complete",
    });
    expect(stage.said).toHaveLength(1);
    expect(stage.said[0]).toContain("allow cognito-idp:AdminGetUser");
  });

  test.for(["TooManyRequestsException", "InternalErrorException"])(
    "by %s ends the round, and the next one goes on behind it",
    async (name) => {
      const { stage } = await stageOf({ users: named("a", "b", "c") }, ["mfa"]);
      stage.cognito.script({ operation: "AdminGetUser", nth: 2, error: { name } });
      expect(await stage.run()).toMatchObject({ read: { mfa: 1 }, ended: "failed" });
      expect(await stage.run()).toMatchObject({ read: { mfa: 2 }, ended: "complete" });
      expect(stage.calls()).toEqual(["a", "b", "b", "c"].map((username) => `AdminGetUser ${username}`));
    },
  );
});

function bornAt(at: string) {
  return <T extends object>(definition: T) => ({ ...definition, createdAt: at, modifiedAt: at });
}
