import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  changedPool,
  type PlainPool,
  randomOf,
  randomPool,
  syncPool,
} from "../../test/support/changing-pool.ts";
import { POOL, someGroup, someUser } from "../../test/support/fake-directory.ts";
import type { SyncScope } from "../core/sync-scope.ts";
import type { User } from "../core/user.ts";
import type { UserFacts } from "../core/user-facts.ts";
import { openSyncFile } from "../store/sync-file.ts";
import { openC1zSide } from "./c1z-side.ts";
import { commonScope } from "./common-scope.ts";
import { compareSides, type Difference } from "./compare-sides.ts";

const never = new AbortController().signal;
let folder: string;
let nowMs: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "diff-"));
  nowMs = Date.UTC(2026, 10, 21);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Written {
  readonly file?: string;
  readonly userIdKind?: "sub" | "username";
  readonly scope?: SyncScope;
  readonly poolId?: string;
  readonly facts?: UserFacts;
}

/** Syncs the pool into a file, as the program does. */
async function write(pool: PlainPool, { file = "pool.c1z", userIdKind = "sub", ...over }: Written = {}) {
  nowMs += 3_600_000;
  const { poolId = POOL, scope, facts } = over;
  const target = await openSyncFile(
    {
      file: join(folder, file),
      stateDir: folder,
      fingerprint: { poolId, userIdKind, mappingVersion: 1 },
      connectorVersion: "0.0.0-test",
      acceptShrink: true,
      now: () => nowMs,
      ...(scope === undefined ? {} : { scope }),
    },
    never,
  );
  const [published] = await syncPool(pool, [target], () => nowMs, { userIdKind, scope, poolId, facts });
  if (published === undefined) throw new Error("nothing was published");
  return published;
}

function side(file = "pool.c1z", run?: string) {
  return openC1zSide({ file: join(folder, file), run, name: file, tempDir: folder }, never);
}

async function difference(
  [older, olderRun]: readonly [string, string?],
  [newer, newerRun]: readonly [string, string?],
) {
  const [a, b] = [await side(older, olderRun), await side(newer, newerRun)];
  try {
    const scope = commonScope(a, b);
    const found: Difference[] = [];
    for await (const one of compareSides(a, b, scope)) found.push(one);
    return { found, text: scope.text };
  } finally {
    await a.close();
    await b.close();
  }
}

/** The same by hand. */
function expected(old: PlainPool, now: PlainPool): Difference[] {
  const found: Difference[] = [];
  const fieldsOf = (user: User) => {
    const fields = new Map<string, unknown>(user.attributes);
    fields.delete("sub");
    if (user.identities.length > 0) fields.set("identities", JSON.stringify(user.identities));
    return fields.set("username", user.username).set("status", user.status);
  };
  function compared<T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>): string[] {
    return [...new Set([...a.keys(), ...b.keys()])].filter((key) => a.get(key) !== b.get(key));
  }
  for (const sub of new Set([...old.users.keys(), ...now.users.keys()])) {
    const [a, b] = [old.users.get(sub), now.users.get(sub)];
    const username = (b ?? a)?.username;
    if (a === undefined || b === undefined) {
      found.push({ kind: a === undefined ? "user_created" : "user_deleted", sub, username });
      continue;
    }
    const fields = compared(fieldsOf(a), fieldsOf(b));
    for (const field of fields) found.push({ kind: "user_changed", sub, username, field });
    if (a.enabled !== b.enabled)
      found.push({ kind: b.enabled ? "user_enabled" : "user_disabled", sub, username });
    else if (fields.length === 0 && a.modifiedAt.getTime() !== b.modifiedAt.getTime())
      found.push({ kind: "user_changed", sub, username, field: "modified_at" });
  }
  for (const group of new Set([...old.groups.keys(), ...now.groups.keys()])) {
    const [a, b] = [old.groups.get(group), now.groups.get(group)];
    if (a === undefined || b === undefined) {
      found.push({ kind: a === undefined ? "group_created" : "group_deleted", group });
    } else if (a.createdAt.getTime() !== b.createdAt.getTime())
      found.push({ kind: "group_recreated", group });
    else {
      const names = { description: "description", precedence: "precedence", roleArn: "role_arn" } as const;
      const fields = Object.entries(names).filter(([name]) => Reflect.get(a, name) !== Reflect.get(b, name));
      for (const [, field] of fields) found.push({ kind: "group_changed", group, field });
      if (fields.length === 0 && a.modifiedAt.getTime() !== b.modifiedAt.getTime())
        found.push({ kind: "group_changed", group, field: "modified_at" });
    }
  }
  const keysOf = ({ members, groups }: PlainPool) =>
    new Set(
      [...members].flatMap(([group, subs]) =>
        [...subs].map((sub) => JSON.stringify([group, sub, groups.get(group)?.createdAt])),
      ),
    );
  const [before, after] = [keysOf(old), keysOf(now)];
  const memberships = (keys: Iterable<string>, kind: Difference["kind"], pool: PlainPool) => {
    for (const key of keys) {
      const [group, sub]: string[] = JSON.parse(key);
      found.push({ kind, group, sub, username: pool.users.get(sub ?? "")?.username });
    }
  };
  const only = (a: ReadonlySet<string>, b: ReadonlySet<string>) => [...a].filter((key) => !b.has(key));
  memberships(only(before, after), "membership_removed", old);
  memberships(only(after, before), "membership_added", now);
  return found;
}

const sorted = (differences: readonly Difference[]) =>
  differences
    .map(({ before: _before, after: _after, ...rest }) => JSON.stringify(rest, Object.keys(rest).toSorted()))
    .toSorted();

describe("the differences of two runs", () => {
  const seed = Math.floor(Math.random() * 2 ** 31);

  test.for([
    ["sub", "sub"],
    ["username", "username"],
    ["sub", "username"],
  ] as const)(`are all of them and no other: ids %s and %s, seed ${seed}`, async ([before, after]) => {
    for (let round = 0; round < 4; round += 1) {
      const random = randomOf(seed + round);
      const old = randomPool(random, 30);
      const now = changedPool(random, old);
      const [a, b] = [`${round}-a.c1z`, `${round}-b.c1z`];
      await write(old, { file: a, userIdKind: before });
      await write(now, { file: b, userIdKind: after });
      const { found } = await difference([a], [b]);
      expect(sorted(found)).toEqual(sorted(expected(old, now)));
      expect((await difference([a], [a])).found).toEqual([]);
    }
  });

  test("leave out what was read of single users", async () => {
    const pool = randomPool(randomOf(9), 10);
    const readAt = new Date(nowMs);
    // Required: a new fact is not compared either.
    const facts: Required<UserFacts> = {
      secondFactors: { factors: ["SMS_MFA"], preferred: "SMS_MFA", readAt },
      lastSignIn: { at: readAt, readAt },
    };
    await write(pool, { file: "known.c1z", facts });
    await write(pool, { file: "unknown.c1z" });
    expect((await difference(["known.c1z"], ["unknown.c1z"])).found).toEqual([]);
  });

  test("in one file are those of its runs, by name, by place and by id", async () => {
    const random = randomOf(7);
    const old = randomPool(random, 10);
    const now = changedPool(random, old);
    const first = await write(old);
    const second = await write(now);
    const { found } = await difference(["pool.c1z", "previous"], ["pool.c1z"]);
    expect(sorted(found)).toEqual(sorted(expected(old, now)));
    expect((await difference(["pool.c1z", first.id], ["pool.c1z", second.id])).found).toEqual(found);
  });
});

const ADA = someUser({
  sub: "11111111-0000-4000-8000-000000000001",
  username: "ada",
  attributes: { email: "a@example.com" },
});
const BOB = someUser({ sub: "11111111-0000-4000-8000-000000000002", username: "bob" });

function small(users: readonly User[], members: Readonly<Record<string, readonly User[]>>): PlainPool {
  return {
    users: new Map(users.map((user) => [user.sub, user])),
    groups: new Map(Object.keys(members).map((name) => [name, someGroup(name)])),
    members: new Map(
      Object.entries(members).map(([name, all]) => [name, new Set(all.map(({ sub }) => sub))]),
    ),
  };
}

test("a changed field has its value before and after", async () => {
  await write(small([ADA], {}));
  const attributes = new Map([...ADA.attributes, ["email", "b@example.com"], ["locale", "en"]]);
  await write(small([{ ...ADA, attributes, modifiedAt: new Date(nowMs) }], {}));
  const { found } = await difference(["pool.c1z", "previous"], ["pool.c1z"]);
  const ada = { kind: "user_changed", sub: ADA.sub, username: "ada" };
  expect(found).toEqual([
    { ...ada, field: "email", before: "a@example.com", after: "b@example.com" },
    { ...ada, field: "locale", before: undefined, after: "en" },
  ]);
});

describe("a partial run", () => {
  const whole = small([ADA, BOB], { admins: [ADA, BOB], staff: [BOB] });

  test("is compared in its scope, and named as partial", async () => {
    await write(whole);
    const scope: SyncScope = { users: [ADA.sub], groups: ["admins"], depth: "grants" };
    const now = small(
      [
        { ...ADA, enabled: false },
        { ...BOB, enabled: false },
      ],
      { admins: [BOB], staff: [] },
    );
    const partial = await write(now, { scope });
    const { found, text } = await difference(["pool.c1z"], ["pool.c1z", partial.id]);
    expect(found.map(({ kind, username, group }) => [kind, username, group])).toEqual([
      ["user_disabled", "ada", undefined],
      ["membership_removed", "ada", "admins"],
    ]);
    expect(text).toMatch(/; pool\.c1z \(the partial run .*\) has only 1 chosen user and 1 chosen group$/);
  });

  test("of users by username is compared with users by sub", async () => {
    await write(whole, { file: "a.c1z" });
    const scope: SyncScope = { users: ["bob"], groups: [], depth: "grants" };
    await write(small([ADA, { ...BOB, enabled: false }], {}), {
      file: "b.c1z",
      userIdKind: "username",
      scope,
    });
    const { found, text } = await difference(["a.c1z"], ["b.c1z"]);
    expect(found.map(({ kind, username }) => [kind, username])).toEqual([["user_disabled", "bob"]]);
    expect(text).toContain("compared: users (");
    expect(text).not.toContain("groups");
  });

  test("that has a chosen user no more shows it as deleted", async () => {
    await write(whole, { file: "a.c1z" });
    const scope: SyncScope = { users: [ADA.sub], groups: [], depth: "grants" };
    await write(small([BOB], {}), { file: "b.c1z", scope });
    expect((await difference(["a.c1z"], ["b.c1z"])).found).toEqual([
      { kind: "user_deleted", sub: ADA.sub, username: "ada" },
    ]);
  });

  test("without memberships is compared without them", async () => {
    await write(whole, { file: "a.c1z" });
    const scope: SyncScope = { users: "all", groups: "all", depth: "resources" };
    await write(whole, { file: "b.c1z", scope });
    const { found, text } = await difference(["a.c1z"], ["b.c1z"]);
    expect(found).toEqual([]);
    expect(text).not.toContain(", memberships");
    expect(text).toContain("has only users and groups and no memberships");
  });

  test("with nothing in common with the other is refused", async () => {
    await write(whole, { file: "a.c1z", scope: { users: "all", groups: [], depth: "grants" } });
    await write(whole, { file: "b.c1z", scope: { users: [], groups: "all", depth: "grants" } });
    await expect(difference(["a.c1z"], ["b.c1z"])).rejects.toMatchObject({ code: "failed-precondition" });
  });

  test("is not what a file means where it has a whole one", async () => {
    await write(whole);
    await write(small([ADA], {}), { scope: { users: [ADA.sub], groups: [], depth: "grants" } });
    expect((await difference(["pool.c1z"], ["pool.c1z"])).text).not.toContain("partial");
  });
});

describe("a run that the file does not have", () => {
  test.for([
    ["previous", "only one run of the whole pool"],
    ["nothing", "no run nothing"],
  ])("%s gets the ids of those that it has", async ([run = "", why = ""]) => {
    const { id } = await write(small([ADA], {}));
    await expect(side("pool.c1z", run)).rejects.toMatchObject({
      code: "not-found",
      message: `pool.c1z: the file has ${why}; its runs are ${id}`,
    });
    expect(readdirSync(folder).filter((name) => name.startsWith(".c1z"))).toEqual([]);
  });
});
