import { describe, expect, test } from "vitest";
import { instantClock, never, refusal } from "../../../test/support/adapter.ts";
import { fakeDirectory, someGroup } from "../../../test/support/fake-directory.ts";
import type { Directory } from "../../core/directory.ts";
import { GovernanceError } from "../../core/errors.ts";
import { createGroupLookup } from "../group-lookup.ts";
import { groupsOfUser, membersOfGroup } from "./listings.ts";

/** Answers empty pages, each with a new marker. */
function endless() {
  return fakeDirectory({ groups: [someGroup("g")] }, (operation, number) => {
    if (operation === "GetGroup") throw new GovernanceError("permission-denied", "not allowed");
    if (number > 2_000) throw new GovernanceError("data-loss", "asked without an end");
    return { items: [], next: `m:${number}` };
  });
}

const lookup = (directory: Directory) => createGroupLookup(directory, () => instantClock().now());

describe("mark 4: an upstream that always gives a new marker ends with an error", () => {
  test.for([
    ["the groups of a user", (directory: Directory) => groupsOfUser(directory, "ann", never)],
    ["the members of a group", (directory: Directory) => membersOfGroup(directory, "g", never)],
    ["a group as it is now", (directory: Directory) => lookup(directory).current("g", never)],
    ["a recent group", (directory: Directory) => lookup(directory).recent("g", never)],
  ] as const)("%s", async ([, read]) => {
    const { directory, calls } = endless();
    expect(await refusal(read(directory))).toMatchObject({
      code: "internal",
      message: expect.stringContaining("were empty"),
    });
    expect(calls.length).toBeLessThan(1_010);
  });
});
