import { describe, expect, test } from "vitest";
import { randomOf } from "../../test/support/changing-pool.ts";
import { mailOf, POOL_KINDS } from "../../test/support/scim-clients.ts";
import { idOf, scimRefusal, scimStage } from "../../test/support/scim-stage.ts";
import { memberIdsOf } from "./protocol/members.ts";
import type { JsonObject, JsonValue, ScimResource } from "./resource.ts";

// Random requests against a model: whatever the client has written is what it reads, and to write what it has read
// changes nothing.

const OPERATIONS = 120;
const PEOPLE = [1, 2, 3, 4, 5];
const GROUPS = ["Ops", "Sales Team", "été"];

/** Attributes that a client writes, with the values that it chooses from. */
const VALUES: Readonly<Record<string, readonly JsonValue[]>> = {
  nickName: ["Addie", "A. 😀", 'say "x"'],
  locale: ["en-US", "de"],
  displayName: ["Ada Roe", "Kim Oh"],
  timezone: ["Europe/Vienna"],
  name: [{ givenName: "Ada", familyName: "Roe" }, { givenName: "Kim" }, { familyName: "O'Hara" }],
  externalId: ["e1", "e2", "e3", "E3"],
  active: [true, false],
};

interface Model {
  readonly users: Map<number, { readonly id: string; readonly values: Map<string, JsonValue> }>;
  readonly groups: Map<string, { readonly id: string; readonly members: Set<string> }>;
}

const SEED = Math.floor(Math.random() * 2 ** 31);
/** A group is deleted, and made again while the memberships of the one before are remembered. */
const MADE_AGAIN = 845_880_241;

/** Listings that lag behind, as those of Cognito may for a moment. */
const LAGGING = { createdUnlisted: { ms: 20_000 }, deletedListed: { ms: 20_000 } };

describe.for(POOL_KINDS)("a pool with $kind", ({ definition, userName }) => {
  test.for([
    [0, {}],
    [1, {}],
    [2, LAGGING],
    [MADE_AGAIN - SEED, {}],
  ] as const)(`reads what was written (seed ${SEED} + %i, listings %j)`, async ([plus, consistency]) => {
    const random = randomOf(SEED + plus);
    const pick = <T>(items: readonly T[]): T => {
      const item = items[Math.floor(random() * items.length)];
      if (item === undefined) throw new Error("nothing to pick from");
      return item;
    };
    const stage = scimStage({ ...definition, consistency });
    const model: Model = { users: new Map(), groups: new Map() };

    const fixed = (n: number): JsonObject => ({
      userName: userName(n),
      emails: [{ value: mailOf(userName(n)), type: "work", primary: true }],
    });
    const someValues = (): Map<string, JsonValue> =>
      new Map(
        Object.entries(VALUES).flatMap(([name, values]): [string, JsonValue][] =>
          random() < 0.5 ? [[name, pick(values)]] : [],
        ),
      );
    const hasExternalId = (n: number, values: ReadonlyMap<string, JsonValue>): boolean =>
      [...model.users].some(
        ([other, user]) =>
          other !== n &&
          values.has("externalId") &&
          user.values.get("externalId") === values.get("externalId"),
      );

    function check(read: ScimResource, n: number): void {
      const user = model.users.get(n);
      expect(read).toMatchObject({ ...fixed(n), id: user?.id });
      for (const name of Object.keys(VALUES)) {
        const wanted = user?.values.get(name) ?? (name === "active" ? true : undefined);
        expect({ [name]: read[name] }).toEqual({ [name]: wanted });
      }
    }

    async function writeUser(n: number): Promise<void> {
      const values = someValues();
      const user = model.users.get(n);
      const body = { ...Object.fromEntries(values), ...fixed(n) };
      const isClash = hasExternalId(n, values);
      if (user === undefined) {
        if (isClash) {
          await expectStatus(stage.create("User", body), 409);
          return;
        }
        const made = await stage.create("User", body);
        model.users.set(n, { id: idOf(made), values });
        check(made, n);
        return;
      }
      if (isClash) {
        await expectStatus(stage.replace("User", user.id, body), 409);
        return;
      }
      if (!values.has("active")) values.set("active", user.values.get("active") ?? true);
      const replaced = await stage.replace("User", user.id, body);
      model.users.set(n, { id: user.id, values });
      check(replaced, n);
    }

    async function patchUser(n: number): Promise<void> {
      const user = model.users.get(n);
      if (user === undefined) return;
      const values = new Map(user.values);
      const operations: JsonObject[] = [];
      for (const [name, value] of someValues()) {
        const isRemoval = name !== "active" && random() < 0.3;
        if (isRemoval) values.delete(name);
        else values.set(name, value);
        const written = pick(["add", "Replace"]);
        operations.push(
          isRemoval
            ? { op: "remove", path: name }
            : name === "name"
              ? { op: "replace", path: name, value }
              : random() < 0.5
                ? { op: written, path: name, value }
                : { op: written, value: { [name]: value } },
        );
        // To replace a complex attribute by a path leaves its other parts (RFC 7644 §3.5.2.3).
        const before = user.values.get("name");
        if (name === "name" && !isRemoval && isObject(before) && isObject(value))
          values.set(name, { ...before, ...value });
      }
      if (operations.length === 0) return;
      if (hasExternalId(n, values)) {
        await expectStatus(stage.patch("User", user.id, operations), 409);
        return;
      }
      const patched = await stage.patch("User", user.id, operations);
      model.users.set(n, { id: user.id, values });
      check(patched, n);
    }

    async function removeUser(n: number): Promise<void> {
      const user = model.users.get(n);
      if (user === undefined) return;
      await stage.remove("User", user.id);
      model.users.delete(n);
      for (const { members } of model.groups.values()) members.delete(user.id);
      await expectStatus(stage.get("User", user.id), 404);
    }

    async function changeGroup(name: string): Promise<void> {
      const ids = [...model.users.values()].map(({ id }) => id);
      const some = ids.filter(() => random() < 0.4);
      const group = model.groups.get(name);
      const values = some.map((value) => ({ value }));
      if (group === undefined) {
        const made = await stage.create("Group", { displayName: name, members: values });
        model.groups.set(name, { id: idOf(made), members: new Set(some) });
        return;
      }
      const op = pick(["add", "remove", "replace", "put", "delete"]);
      if (op === "delete") {
        await stage.remove("Group", group.id);
        model.groups.delete(name);
        return;
      }
      if (op === "put") await stage.replace("Group", group.id, { displayName: name, members: values });
      else if (op !== "remove" || some.length > 0)
        await stage.patch("Group", group.id, [{ op, path: "members", value: values }]);
      const members = new Set(op === "put" || op === "replace" ? [] : group.members);
      for (const id of some)
        if (op === "remove") members.delete(id);
        else members.add(id);
      model.groups.set(name, { id: group.id, members });
    }

    for (let at = 0; at < OPERATIONS; at += 1) {
      const n = pick(PEOPLE);
      const chance = random();
      if (chance < 0.3) await writeUser(n);
      else if (chance < 0.6) await patchUser(n);
      else if (chance < 0.65) await removeUser(n);
      else await changeGroup(pick(GROUPS));
      // Now and then the listings of Cognito have caught up.
      if (random() < 0.1) stage.stage.clock.advance(60_000);
    }

    for (const [n, { id }] of model.users) check(await stage.get("User", id), n);
    for (const [name, { id, members }] of model.groups) {
      const read = await stage.get("Group", id);
      expect(read).toMatchObject({ id, displayName: name });
      expect(new Set(memberIdsOf(read["members"]))).toEqual(members);
    }
    const again = await stage.writesOf(async () => {
      for (const { id } of model.users.values()) await stage.replace("User", id, await stage.get("User", id));
      for (const { id } of model.groups.values())
        await stage.replace("Group", id, await stage.get("Group", id));
    });
    expect(again).toEqual([]);
    expect(stage.stage.pool.allUsers()).toHaveLength(model.users.size);
    expect(stage.stage.pool.groupCount()).toBe(model.groups.size);
    expect(stage.records.begun.size).toBe(0);
  });
});

async function expectStatus(work: Promise<unknown>, status: number): Promise<void> {
  expect(await scimRefusal(work)).toMatchObject({ status });
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
