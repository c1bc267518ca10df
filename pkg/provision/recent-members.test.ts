import { describe, expect, test } from "vitest";
import { instantClock, refusal } from "../../test/support/adapter.ts";
import { GovernanceError } from "../core/errors.ts";
import { createRecentMembers } from "./recent-members.ts";

const ann = { sub: "sub-ann", username: "ann" };
const made = async () => ({ requestId: undefined });
const fails = (reason?: "outcome-unknown" | "iam-denied") => async () => {
  throw new GovernanceError("unavailable", "no answer", { reason });
};

function scene() {
  const clock = instantClock();
  const members = createRecentMembers(() => clock.now());
  const write = (kind: "added" | "removed", call = made) =>
    members.write({ kind, group: "g", account: ann, call });
  /** Whether it contradicts a listing that has the member, and one that does not. */
  const contradicts = () => [members.contradicts("g", "ann", true), members.contradicts("g", "ann", false)];
  return { clock, members, write, contradicts };
}

describe("memberships that were written a moment ago", () => {
  test("contradict a listing that shows the opposite, for a minute", async () => {
    const { clock, members, write, contradicts } = scene();
    expect(contradicts()).toEqual([false, false]);
    await write("added");
    expect(contradicts()).toEqual([false, true]);
    expect(members.addedTo("g")).toEqual([ann]);
    expect(members.groupsGivenTo("ann")).toEqual(["g"]);
    await write("removed");
    expect(contradicts()).toEqual([true, false]);
    expect([members.addedTo("g"), members.groupsGivenTo("ann")]).toEqual([[], []]);
    clock.advance(60_000);
    expect(contradicts()).toEqual([false, false]);
  });

  test("are over when the group is deleted, or the user: one that is made again with the name has none", async () => {
    for (const end of ["forgetGroup", "forgetUser"] as const) {
      const { members, write, contradicts } = scene();
      await write("added");
      members[end]("other");
      expect(contradicts()).toEqual([false, true]);
      members[end](end === "forgetGroup" ? "g" : "ann");
      expect(contradicts()).toEqual([false, false]);
      expect([members.addedTo("g"), members.groupsGivenTo("ann")]).toEqual([[], []]);
      expect(members.groupsAsWritten("ann", [])).toEqual([]);
    }
  });

  test("are of one group and user", async () => {
    const { members, write } = scene();
    await write("added");
    expect(members.contradicts("h", "ann", false)).toBe(false);
    expect(members.contradicts("g", "bob", false)).toBe(false);
    expect([members.addedTo("h"), members.groupsGivenTo("bob")]).toEqual([[], []]);
  });

  test("contradict every listing while a write is under way, and after one whose answer was lost", async () => {
    const { members, write, contradicts } = scene();
    await write("removed", async () => {
      expect(contradicts()).toEqual([true, true]);
      return { requestId: undefined };
    });
    await refusal(write("added", fails("outcome-unknown")));
    expect(contradicts()).toEqual([true, true]);
    expect(members.addedTo("g")).toEqual([ann]);
  });

  test("are as before after a write that was not made", async () => {
    const { write, contradicts } = scene();
    await refusal(write("added", fails("iam-denied")));
    expect(contradicts()).toEqual([false, false]);
    await write("removed");
    await refusal(write("added", fails()));
    expect(contradicts()).toEqual([true, false]);
  });
});
