// Listings of members that lag behind the writes of this process (mark 50).
import { describe, expect, test } from "vitest";
import { uuidAt } from "../../../test/cognito/hash.ts";
import { laggingListings } from "../../../test/support/lagging-listings.ts";
import { scimCall, scimStage } from "../../../test/support/scim-stage.ts";
import type { JsonObject } from "../resource.ts";

const subOf = (n: number): string => uuidAt(55_555, n);
const valuesOf = (...numbers: readonly number[]): JsonObject[] => numbers.map((n) => ({ value: subOf(n) }));
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

function lagStage(members: readonly number[] = []) {
  const users = range(1, 30).map((n) => ({ username: `user${n}`, sub: subOf(n) }));
  const whole = scimStage({ users, groups: ["g"] });
  for (const n of members) whole.stage.pool.join(`user${n}`, "g");
  const { lagging } = laggingListings(whole.stage.directory);
  const { service } = whole.restarted({ directory: lagging });
  const id = Buffer.from("g", "utf8").toString("base64url");
  const quiet = scimCall({ projection: { excludedAttributes: ["members"] } });
  const patch = (...operations: readonly JsonObject[]) =>
    service.patch(
      "Group",
      id,
      { schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], Operations: operations },
      quiet,
    );
  return {
    ...whole,
    add: (...numbers: readonly number[]) =>
      patch({ op: "add", path: "members", value: valuesOf(...numbers) }),
    remove: (...numbers: readonly number[]) =>
      patch({ op: "remove", path: "members", value: valuesOf(...numbers) }),
    removeMatching: (filter: string) => patch({ op: "remove", path: `members[${filter}]` }),
    put: (...numbers: readonly number[]) =>
      service.replace("Group", id, { displayName: "g", members: valuesOf(...numbers) }, quiet),
    members: () =>
      range(1, 30).filter((n) =>
        whole.stage.pool.groupsOf(`user${n}`, 0, 60).items.some(({ name }) => name === "g"),
      ),
  };
}

describe("where the members of a group lag behind", () => {
  test("a PUT takes out who was added a moment ago, and keeps who is named", async () => {
    const { add, put, members } = lagStage();
    await put();
    await add(1, 2);
    await put(2);
    expect(members()).toEqual([2]);
  });

  test("a PUT puts in again who was removed a moment ago", async () => {
    const { remove, put, members } = lagStage([1, 2]);
    await put(1, 2);
    await remove(1);
    await put(1, 2);
    expect(members()).toEqual([1, 2]);
  });

  test("a long list of removals takes out who was added a moment ago", async () => {
    const { add, remove, members } = lagStage();
    await remove(...range(1, 12));
    await add(1, 2, 3);
    await remove(...range(1, 12));
    expect(members()).toEqual([]);
  });

  test("a long list of additions puts in again who was removed a moment ago", async () => {
    const { add, remove, members } = lagStage([1, 2]);
    await add(...range(1, 12));
    await remove(1, 2);
    await add(...range(1, 12));
    expect(members()).toEqual(range(1, 12));
  });

  test("a removal by a filter takes out who was added a moment ago", async () => {
    const { add, removeMatching, members } = lagStage();
    await removeMatching('value sw "nobody"');
    await add(1, 2);
    await removeMatching(`value sw "${subOf(1)}" or value sw "${subOf(7)}"`);
    expect(members()).toEqual([2]);
  });

  test("nobody whom a request does not name is changed by it", async () => {
    const { add, remove, removeMatching, members, writesOf } = lagStage([1, 2, 3]);
    await removeMatching('value sw "nobody"');
    await remove(1);
    await add(5);
    const writes = await writesOf(() => removeMatching(`value sw "${subOf(3)}"`));
    expect(writes).toEqual(["AdminRemoveUserFromGroup"]);
    expect(members()).toEqual([2, 5]);
  });
});
