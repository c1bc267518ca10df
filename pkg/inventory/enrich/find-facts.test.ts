import { afterEach, expect, test } from "vitest";
import { people, person } from "../../../test/cognito/definitions.ts";
import { createPool } from "../../../test/cognito/pool.ts";
import { type EnrichStage, openEnrichStage } from "../../../test/support/enrich-stage.ts";
import { knownFacts } from "./find-facts.ts";

const POOL = "us-east-1_Ab129faBb";
const never = new AbortController().signal;
const open: EnrichStage[] = [];

afterEach(async () => {
  for (const stage of open.splice(0)) await stage.close();
});

const signedInAt = "2026-11-03T08:00:00.100Z";

async function enriched() {
  const pool = createPool({
    id: POOL,
    advancedSecurity: "ENFORCED",
    users: [
      person(1, { username: "ann", mfa: ["SMS_MFA"], preferredMfa: "SMS_MFA", events: [{ at: signedInAt }] }),
      person(2, { username: "bob" }),
      person(3, { username: "invited", status: "FORCE_CHANGE_PASSWORD" }),
      person(4, { username: "from-google", status: "EXTERNAL_PROVIDER" }),
    ],
  });
  const stage = await openEnrichStage(pool);
  open.push(stage);
  await stage.publish();
  await stage.run();
  pool.addUser(person(5, { username: "new" }));
  await stage.publish();
  const subOf = (username: string): string => pool.stored(username)?.sub ?? "";
  return { stage, subOf };
}

test("finds what is known of the accounts of a page, and nothing of the others", async () => {
  const { stage, subOf } = await enriched();
  const readAt = new Date(stage.nowMs);
  const subs = ["ann", "bob", "new"].map(subOf);
  const known = await knownFacts(stage.reader, POOL, ["mfa", "last-sign-in"], subs, never);
  expect(known).toEqual(
    new Map([
      [
        subOf("ann"),
        {
          secondFactors: { factors: ["SMS_MFA"], preferred: "SMS_MFA", readAt },
          lastSignIn: { at: new Date(signedInAt), readAt },
        },
      ],
      [
        subOf("bob"),
        {
          secondFactors: { factors: [], preferred: undefined, readAt },
          lastSignIn: { at: undefined, readAt },
        },
      ],
    ]),
  );
  const signIns = await knownFacts(stage.reader, POOL, ["last-sign-in"], subs, never);
  expect(signIns.get(subOf("ann"))).toEqual({ lastSignIn: { at: new Date(signedInAt), readAt } });
  expect((await knownFacts(stage.reader, "us-east-1_Other0000", ["mfa"], subs, never)).size).toBe(0);
});

test("asks for a page of any size", async () => {
  const pool = createPool({ id: POOL, users: people(250) });
  const stage = await openEnrichStage(pool, ["mfa"]);
  open.push(stage);
  await stage.publish();
  await stage.run();
  const subs = pool.allUsers().map(({ sub }) => sub);
  expect((await knownFacts(stage.reader, POOL, ["mfa"], subs, never)).size).toBe(250);
  expect((await knownFacts(stage.reader, POOL, ["mfa"], [], never)).size).toBe(0);
});

test("mark 53: the views distinguish none from unknown", async () => {
  const { stage } = await enriched();
  expect(await stage.rows("SELECT username, state FROM second_factor_states ORDER BY username")).toEqual([
    ["ann", "on"],
    ["bob", "none"],
    ["from-google", "at the provider"],
    ["invited", "none"],
    ["new", "unknown"],
  ]);
  const unused = "SELECT username, reason, never_signed_in FROM unused_accounts ORDER BY username";
  expect(await stage.rows(unused)).toEqual([
    ["bob", "no sign-in on record", "unknown"],
    ["invited", "temporary password not replaced", "yes"],
  ]);
});
