import { expect, test } from "vitest";
import { people, person } from "../../../test/cognito/definitions.ts";
import { never, refusal } from "../../../test/support/adapter.ts";
import { asked, createStage, dryRun, type Stage } from "../../../test/support/provision-stage.ts";
import type { UserRef, WriteContext } from "../provisioner.ts";

const ann: UserRef = { by: "text", value: "ann" };
const ending: WriteContext = { ...asked, endSessions: true };
const team = { users: [person(1, { username: "ann", groups: ["team"] })], groups: ["team"] };
const denied = { operation: "AdminUserGlobalSignOut", error: { name: "AccessDeniedException" } } as const;

function signOutsIn({ pool }: Stage): readonly number[] {
  return pool.allUsers().map(({ signOuts }) => signOuts);
}

test("mark 47: a revoke leaves the sessions alone unless it is asked to end them", async () => {
  const stage = createStage(team);
  const outcome = await stage.provisioner.revoke(ann, "team", asked, never);
  expect(outcome).toMatchObject({ outcome: "done", result: { signedOut: false } });
  expect(signOutsIn(stage)).toEqual([0]);
});

test.for([
  ["the change", {}, ending],
  ["the setting", { endSessions: true }, asked],
] as const)(
  "mark 47: told by %s, a revoke signs the user out after the removal",
  async ([, policy, context]) => {
    const stage = createStage(team, { policy });
    const planned = await stage.provisioner.revoke(ann, "team", { ...context, dryRun: true }, never);
    expect(planned).toMatchObject({
      outcome: "planned",
      planned: ["AdminRemoveUserFromGroup", "AdminUserGlobalSignOut"],
    });
    const outcome = await stage.provisioner.revoke(ann, "team", context, never);
    expect(outcome).toMatchObject({ outcome: "done", result: { signedOut: true } });
    expect(stage.writes()).toEqual(["AdminRemoveUserFromGroup", "AdminUserGlobalSignOut"]);
    expect(signOutsIn(stage)).toEqual([1]);
  },
);

test("mark 47: the change may leave the sessions alone where the setting ends them", async () => {
  const stage = createStage(team, { policy: { endSessions: true } });
  await stage.provisioner.revoke(ann, "team", { ...asked, endSessions: false }, never);
  expect(stage.writes()).toEqual(["AdminRemoveUserFromGroup"]);
});

test("a revoke whose sign-out failed ends the sessions when it is repeated", async () => {
  const stage = createStage(team);
  stage.cognito.script({
    operation: "AdminUserGlobalSignOut",
    times: 1,
    error: { name: "TooManyRequestsException" },
  });
  const failed = await refusal(stage.provisioner.revoke(ann, "team", ending, never));
  expect(failed.message).toMatch(/the sessions of user \S+ were not ended; AdminRemoveUserFromGroup is done/);
  const again = await stage.provisioner.revoke(ann, "team", ending, never);
  expect(again).toMatchObject({ outcome: "done", result: { signedOut: true } });
  expect(signOutsIn(stage)).toEqual([1]);
});

test.for(["AccessDeniedException", "UnknownOperationException"])(
  "D22: a revoke whose sign-out ends with %s is done, and warns, since to repeat it does not help",
  async (name) => {
    const stage = createStage(team);
    stage.cognito.script({ operation: "AdminUserGlobalSignOut", error: { name } });
    const outcome = await stage.provisioner.revoke(ann, "team", ending, never);
    expect(outcome).toMatchObject({ outcome: "done", result: { signedOut: false } });
    expect(outcome.warnings).toEqual([expect.stringMatching(/^the sessions of user \S+ were not ended: /)]);
  },
);

const crowd = { users: [...people(3, () => ({ groups: ["team"] })), person(9)], groups: ["team"] };

test("mark 47: a deleted group's members are signed out, and counted, when that is asked for", async () => {
  const stage = createStage(crowd);
  const planned = await stage.provisioner.deleteGroup("team", { ...dryRun, endSessions: true }, never);
  expect(planned).toMatchObject({ outcome: "planned", result: { members: 3, signedOut: 3 } });
  const outcome = await stage.provisioner.deleteGroup("team", ending, never);
  expect(outcome).toMatchObject({ outcome: "done", result: { members: 3, signedOut: 3 } });
  expect(signOutsIn(stage)).toEqual([1, 1, 1, 0]);
  expect(stage.writes()[0]).toBe("DeleteGroup");
});

test("a deleted group's sign-outs that are denied are tried once, and the warning counts the others", async () => {
  const stage = createStage(crowd);
  stage.cognito.script(denied);
  const outcome = await stage.provisioner.deleteGroup("team", ending, never);
  expect(outcome).toMatchObject({ outcome: "done", result: { members: 3, signedOut: 0 } });
  expect(outcome.warnings).toEqual([
    expect.stringMatching(/^the sessions of user \S+ and 2 others were not ended: /),
  ]);
  expect(stage.cognito.stats.count("AdminUserGlobalSignOut")).toBe(1);
});

test("a deleted group's sign-out that fails says who is left", async () => {
  const stage = createStage(crowd);
  stage.cognito.script({
    operation: "AdminUserGlobalSignOut",
    nth: 2,
    error: { name: "TooManyRequestsException" },
  });
  const failed = await refusal(stage.provisioner.deleteGroup("team", ending, never));
  expect(failed.message).toMatch(/the sessions of user \S+ and 1 others were not ended; DeleteGroup is done/);
  expect(stage.audit.records).toMatchObject([{ outcome: "partial" }]);
});

/** Kills the process after its first call, and has the next one recover. */
async function recoveredAfter(stage: Stage, operation: "revoke" | "deleteGroup"): Promise<string> {
  const death = Promise.withResolvers<void>();
  const victim = stage.process({
    directory: {
      ...stage.directory,
      signOutUser() {
        death.resolve();
        return new Promise(() => undefined);
      },
    },
  });
  const { provisioner } = victim;
  const work =
    operation === "revoke"
      ? provisioner.revoke(ann, "team", ending, never)
      : provisioner.deleteGroup("team", ending, never);
  void work.catch(() => undefined);
  await death.promise;
  victim.journal.die();
  const { recovered } = await stage.process().provisioner.recover(never);
  return recovered.map(({ outcome, says }) => `${outcome}: ${says}`).join();
}

test("mark 47: a revoke that was cut off before the sign-out is finished by the recovery", async () => {
  const stage = createStage(team);
  expect(await recoveredAfter(stage, "revoke")).toMatch(/^done: .* is not in group team, and is signed out$/);
  expect(signOutsIn(stage)).toEqual([1]);
});

test("D22: and in part where the sign-out is denied", async () => {
  const stage = createStage(team);
  stage.cognito.script(denied);
  expect(await recoveredAfter(stage, "revoke")).toMatch(/^partial: .* not in group team; the sessions of/);
});

test("mark 47: a deletion of a group that was cut off before the sign-outs is finished by the recovery", async () => {
  const stage = createStage(crowd);
  expect(await recoveredAfter(stage, "deleteGroup")).toBe(
    "done: group team is deleted, and its 3 members are signed out",
  );
  expect(signOutsIn(stage)).toEqual([1, 1, 1, 0]);
});

test("D22: and in part where the sign-outs are denied", async () => {
  const stage = createStage(crowd);
  stage.cognito.script(denied);
  expect(await recoveredAfter(stage, "deleteGroup")).toMatch(
    /^partial: group team is deleted; the sessions of/,
  );
});
