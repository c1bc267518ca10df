// Listings of memberships that lag behind the writes of this process (mark 50).
import { describe, expect, test } from "vitest";
import { person } from "../../../test/cognito/definitions.ts";
import { never, refusal } from "../../../test/support/adapter.ts";
import { laggingListings } from "../../../test/support/lagging-listings.ts";
import { asked, createStage } from "../../../test/support/provision-stage.ts";
import type { UserRef } from "../provisioner.ts";

const ANN: UserRef = { by: "text", value: "ann" };

function lagStage(groups: readonly string[] = []) {
  const stage = createStage({ users: [person(1, { username: "ann", groups })], groups: ["g", "h"] });
  const { lagging, catchUp } = laggingListings(stage.directory);
  const { provisioner } = stage.process({ directory: lagging });
  const isIn = (group: string): boolean =>
    stage.pool.groupsOf("ann", 0, 60).items.some(({ name }) => name === group);
  const { clock, cognito, audit } = stage;
  return { provisioner, clock, cognito, audit, catchUp, isIn, writes: () => stage.writes() };
}

describe("where the groups of a user lag behind", () => {
  test("PROVISION-13: a revoke right after the grant is made, and not found done by the listing", async () => {
    const { provisioner, isIn, writes } = lagStage();
    await provisioner.grant(ANN, "g", asked, never);
    expect(await provisioner.revoke(ANN, "g", asked, never)).toMatchObject({ outcome: "done" });
    expect(isIn("g")).toBe(false);
    expect(writes()).toEqual(["AdminAddUserToGroup", "AdminRemoveUserFromGroup"]);
  });

  test("a grant right after the revoke is made", async () => {
    const { provisioner, isIn } = lagStage(["g"]);
    await provisioner.revoke(ANN, "g", asked, never);
    expect(await provisioner.grant(ANN, "g", asked, never)).toMatchObject({ outcome: "done" });
    expect(isIn("g")).toBe(true);
  });

  test("so is a change of several groups of one user, in both directions", async () => {
    const { provisioner, isIn } = lagStage(["h"]);
    const swap = { addGroups: ["g"], removeGroups: ["h"] };
    const back = { addGroups: ["h"], removeGroups: ["g"] };
    await provisioner.changeUser(ANN, swap, asked, never);
    await provisioner.changeUser(ANN, back, asked, never);
    expect([isIn("g"), isIn("h")]).toEqual([false, true]);
  });

  test("members who were added a moment ago are signed out with the group", async () => {
    const { provisioner, writes } = lagStage();
    // The listing of members is read before the grant, and does not show it.
    await provisioner.deleteGroup("g", { ...asked, dryRun: true }, never);
    await provisioner.grant(ANN, "g", asked, never);
    await provisioner.deleteGroup("g", { ...asked, endSessions: true }, never);
    expect(writes()).toEqual(["AdminAddUserToGroup", "DeleteGroup", "AdminUserGlobalSignOut"]);
  });

  test("a listing that has caught up decides: no call is made twice", async () => {
    const { provisioner, catchUp, writes } = lagStage();
    await provisioner.grant(ANN, "g", asked, never);
    catchUp();
    expect(await provisioner.grant(ANN, "g", asked, never)).toMatchObject({ outcome: "nothing-to-do" });
    await provisioner.revoke(ANN, "g", asked, never);
    expect(await provisioner.revoke(ANN, "g", asked, never)).toMatchObject({ outcome: "nothing-to-do" });
    expect(writes()).toEqual(["AdminAddUserToGroup", "AdminRemoveUserFromGroup"]);
  });

  test("after a minute the listing decides", async () => {
    const { provisioner, clock, writes } = lagStage();
    await provisioner.grant(ANN, "g", asked, never);
    clock.advance(60_000);
    expect(await provisioner.revoke(ANN, "g", asked, never)).toMatchObject({ outcome: "nothing-to-do" });
    expect(writes()).toEqual(["AdminAddUserToGroup"]);
  });

  test("a revoke whose answer is lost is not found done by a listing that never showed the grant", async () => {
    const { provisioner, cognito, isIn, audit } = lagStage();
    await provisioner.grant(ANN, "g", asked, never);
    cognito.script({ operation: "AdminRemoveUserFromGroup", cut: "before" });
    await refusal(provisioner.revoke(ANN, "g", asked, never));
    expect(isIn("g")).toBe(true);
    expect(audit.records.at(-1)).toMatchObject({ outcome: "unknown", steps: [{ state: "unknown" }] });
  }, 20_000);

  test("a grant whose answer is lost is found done by a listing that shows it, and is not made again", async () => {
    const { provisioner, cognito, catchUp, writes } = lagStage();
    catchUp();
    cognito.script({ operation: "AdminAddUserToGroup", cut: "after" });
    expect(await provisioner.grant(ANN, "g", asked, never)).toMatchObject({ outcome: "done" });
    const sent = writes().length;
    expect(await provisioner.grant(ANN, "g", asked, never)).toMatchObject({ outcome: "nothing-to-do" });
    expect(writes()).toHaveLength(sent);
  }, 20_000);
});
