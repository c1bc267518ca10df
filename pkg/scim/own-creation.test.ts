import { describe, expect, test } from "vitest";
import type { UserDefinition } from "../../test/cognito/definitions.ts";
import type { MemoryScimRecords } from "../../test/support/memory-scim-records.ts";
import { oktaUser, POOL_KINDS } from "../../test/support/scim-clients.ts";
import { idOf, type ScimStage, scimCall, scimRefusal, scimStage } from "../../test/support/scim-stage.ts";
import { GovernanceError } from "../core/errors.ts";
import type { BegunRequest, ScimRecords } from "./records.ts";
import { COGNITO_GROUP_URN, type JsonObject, type ResourceKind } from "./resource.ts";

// A POST whose outcome is unknown, and what somebody else makes under its name before the client sends it again.

const ADA = "ada@corp.test";
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const full = (): Promise<never> =>
  Promise.reject(
    new GovernanceError("resource-exhausted", "cannot write /state/x: the disk is full", {
      reason: "own-files",
    }),
  );

/** The process dies at the call that creates: before AWS gets it, or before the answer is read. */
async function cutOff(
  { stage, restarted }: ScimStage,
  kind: ResourceKind,
  body: JsonObject,
  when: "before" | "after",
): Promise<void> {
  const died = Promise.withResolvers<void>();
  async function die(call: () => Promise<unknown>): Promise<never> {
    if (when === "after") await call();
    died.resolve();
    return await new Promise<never>(() => undefined);
  }
  const { directory } = stage;
  const { service, process } = restarted({
    directory: {
      ...directory,
      createUser: (user, signal) => die(() => directory.createUser(user, signal)),
      createGroup: (name, fields, signal) => die(() => directory.createGroup(name, fields, signal)),
    },
  });
  void service.create(kind, body, scimCall());
  await died.promise;
  process.journal.die();
  stage.clock.advance(MINUTE_MS);
}

function onlyRecord({ begun }: MemoryScimRecords): BegunRequest {
  const [record, ...others] = begun.values();
  if (record === undefined || others.length > 0) throw new Error(`${begun.size} requests have begun`);
  return record;
}

/** What the request makes of the attributes of a user. */
async function attributesOf(body: JsonObject): Promise<Readonly<Record<string, string>>> {
  const { create, stage } = scimStage();
  await create("User", body);
  const { sub: _sub, ...attributes } = Object.fromEntries(stage.pool.stored(ADA)?.attributes ?? []);
  return attributes;
}

const like = await attributesOf(oktaUser(ADA));

describe("a POST of a user that was cut off before AWS got it", () => {
  const others: readonly (readonly [string, (nowMs: number) => UserDefinition])[] = [
    ["has other attributes", () => ({ attributes: { email: ADA }, status: "FORCE_CHANGE_PASSWORD" })],
    [
      "has one attribute more",
      () => ({ attributes: { ...like, website: "https://ada.test" }, status: "FORCE_CHANGE_PASSWORD" }),
    ],
    ["has signed up", () => ({ attributes: like, status: "UNCONFIRMED" })],
    ["has signed up and is confirmed", () => ({ attributes: like, status: "CONFIRMED" })],
    ["is disabled", () => ({ attributes: like, status: "FORCE_CHANGE_PASSWORD", enabled: false })],
    [
      "was made an hour later",
      (nowMs) => ({
        attributes: like,
        status: "FORCE_CHANGE_PASSWORD",
        createdAt: new Date(nowMs + HOUR_MS),
      }),
    ],
    [
      "was made an hour before",
      (nowMs) => ({
        attributes: like,
        status: "FORCE_CHANGE_PASSWORD",
        createdAt: new Date(nowMs - HOUR_MS),
      }),
    ],
  ];

  test.for(others)("does not take a user of the name who %s for its own", async ([, definition]) => {
    const all = scimStage({}, { settings: { password: "ignore" } });
    const { stage, restarted, records, writesOf } = all;
    await cutOff(all, "User", oktaUser(ADA), "before");
    const made = { username: ADA, modifiedAt: new Date(stage.clock.now()), ...definition(stage.clock.now()) };
    stage.pool.addUser(made);
    stage.clock.advance(2 * HOUR_MS);
    const before = structuredClone([...(stage.pool.stored(ADA)?.attributes ?? [])]);
    const { service } = restarted();
    for (const attempt of [1, 2]) {
      const refused = async () => {
        const answer = scimRefusal(service.create("User", oktaUser(ADA), scimCall()));
        expect(await answer, `attempt ${attempt}`).toMatchObject({ status: 409, scimType: "uniqueness" });
      };
      expect(await writesOf(refused)).toEqual([]);
    }
    expect([...(stage.pool.stored(ADA)?.attributes ?? [])]).toEqual(before);
    expect(records.begun.size).toBe(0);
    expect(records.rows).toEqual([]);
  });

  test("does not take the user of another request of the name for its own", async () => {
    const all = scimStage();
    const { restarted, records } = all;
    await cutOff(all, "User", oktaUser(ADA), "before");
    const { service } = restarted();
    await service.create("User", oktaUser(ADA, { externalId: "other" }), scimCall());
    const answer = service.create("User", oktaUser(ADA), scimCall());
    expect(await scimRefusal(answer)).toMatchObject({ status: 409, scimType: "uniqueness" });
    expect(records.rows).toMatchObject([{ externalId: "other" }]);
  });

  test("makes the user where nobody else has", async () => {
    const all = scimStage();
    await cutOff(all, "User", oktaUser(ADA), "before");
    expect(await all.restarted().service.create("User", oktaUser(ADA), scimCall())).toMatchObject({
      externalId: `okta-${ADA}`,
    });
  });
});

describe("a POST of a user that was cut off after AWS had made it", () => {
  test.for([
    ["at once", 0],
    ["hours later", 20 * HOUR_MS],
    ["when the clock was set back by an hour", -HOUR_MS],
    ["when the clock was set back by a month", -30 * 24 * HOUR_MS],
  ] as const)("is completed by its retry, %s", async ([, laterMs]) => {
    const all = scimStage();
    const { stage, restarted, records } = all;
    await cutOff(all, "User", oktaUser(ADA), "after");
    const sub = stage.pool.stored(ADA)?.sub;
    stage.clock.advance(laterMs);
    const answer = await restarted().service.create("User", oktaUser(ADA), scimCall());
    expect(answer).toMatchObject({ id: sub, externalId: `okta-${ADA}` });
    expect(records.begun.size).toBe(0);
  });

  test.for([
    ["a password of its own", { password: "permanent" }, {}],
    ["a temporary password", { password: "temporary" }, {}],
    ["active false", {}, { active: false }],
  ] as const)("is completed by its retry, with %s", async ([, settings, over]) => {
    const all = scimStage({}, { settings });
    const { stage, restarted } = all;
    await cutOff(all, "User", oktaUser(ADA, over), "after");
    expect(await restarted().service.create("User", oktaUser(ADA, over), scimCall())).toMatchObject({
      externalId: `okta-${ADA}`,
    });
    expect(stage.pool.allUsers()).toHaveLength(1);
  });

  test.for(POOL_KINDS.map((one) => [one.kind, one] as const))(
    "is completed in a pool of kind %s",
    async ([, { definition, userName }]) => {
      const all = scimStage(definition);
      const body = oktaUser(userName(1));
      await cutOff(all, "User", body, "after");
      const [made, ...others] = all.stage.pool.allUsers();
      const answer = await all.restarted().service.create("User", body, scimCall());
      expect(answer).toMatchObject({ id: made?.sub, userName: userName(1), externalId: body["externalId"] });
      expect(others).toEqual([]);
      expect(all.stage.pool.allUsers()).toHaveLength(1);
    },
  );

  test("is completed in a pool without passwords", async () => {
    const all = scimStage({ firstAuthFactors: ["PASSWORD", "EMAIL_OTP"] });
    await cutOff(all, "User", oktaUser(ADA), "after");
    expect(all.stage.pool.stored(ADA)?.status).toBe("CONFIRMED");
    expect(await all.restarted().service.create("User", oktaUser(ADA), scimCall())).toMatchObject({
      externalId: `okta-${ADA}`,
    });
  });
});

describe("a POST of a user whose answer was read, and that was not completed", () => {
  async function begun() {
    const all = scimStage();
    const broken = all.restarted({ records: { ...all.records, keep: full } }).service;
    await scimRefusal(broken.create("User", oktaUser(ADA), scimCall()));
    return all;
  }

  test("is completed by its retry, whatever has become of the user", async () => {
    const { stage, restarted } = await begun();
    const user = stage.pool.stored(ADA);
    if (user === undefined) throw new Error("the user was not made");
    Object.assign(user, { status: "CONFIRMED" });
    stage.pool.setAttribute(user, "website", "https://ada.test");
    stage.clock.advance(HOUR_MS);
    expect(await restarted().service.create("User", oktaUser(ADA), scimCall())).toMatchObject({
      id: user.sub,
      externalId: `okta-${ADA}`,
    });
  });

  test("by a version that recorded no id is completed by its retry", async () => {
    const { restarted, records } = scimStage();
    const broken = restarted({ records: { ...records, done: full } }).service;
    await scimRefusal(broken.create("User", oktaUser(ADA), scimCall()));
    const record = onlyRecord(records);
    await records.done(record.key);
    await records.begin({ ...record, id: undefined });
    expect(await restarted().service.create("User", oktaUser(ADA), scimCall())).toMatchObject({
      externalId: `okta-${ADA}`,
    });
  });

  test("does not take a user for its own who was made in the place of the first", async () => {
    const { stage, restarted } = await begun();
    stage.pool.deleteUser(ADA);
    stage.pool.addUser({ username: ADA, attributes: like, status: "FORCE_CHANGE_PASSWORD" });
    const answer = restarted().service.create("User", oktaUser(ADA), scimCall());
    expect(await scimRefusal(answer)).toMatchObject({ status: 409, scimType: "uniqueness" });
  });
});

describe("a POST whose creation is made, and whose id the full disk does not take", () => {
  test.for([
    ["account", "User", oktaUser(ADA)],
    ["group", "Group", { displayName: "Staff" }],
  ] as const)("says that the %s was created, and its retry completes it", async ([what, kind, body]) => {
    const { records, restarted } = scimStage();
    const begin: ScimRecords["begin"] = (request) =>
      request.id === undefined ? records.begin(request) : full();
    const broken = restarted({ records: { ...records, begin } }).service;
    expect((await scimRefusal(broken.create(kind, body, scimCall()))).detail).toContain(
      `the ${what} was created; send the same request again to complete it`,
    );
    const named = kind === "User" ? { userName: ADA } : { displayName: "Staff" };
    expect(await restarted().service.create(kind, body, scimCall())).toMatchObject(named);
    expect(records.begun.size).toBe(0);
  });
});

describe("a POST that is refused because the name is in use, and whose record the disk does not take", () => {
  test.for(["User", "Group"] as const)("does not get the %s at the next attempt", async (kind) => {
    const { stage, records, restarted } = scimStage();
    const body = kind === "User" ? oktaUser(ADA) : { displayName: "Staff" };
    stage.pool.addUser({ username: ADA, attributes: like, status: "FORCE_CHANGE_PASSWORD" });
    stage.pool.addGroup({ name: "Staff" });
    const broken = restarted({ records: { ...records, done: full } }).service;
    await scimRefusal(broken.create(kind, body, scimCall()));
    const again = restarted().service.create(kind, body, scimCall());
    expect(await scimRefusal(again)).toMatchObject({ status: 409, scimType: "uniqueness" });
  });
});

describe("a POST of a group that was cut off", () => {
  const body = { displayName: "Staff", externalId: "g-1" };

  test.for([
    ["has a description", { description: "of HR" }, 0],
    ["has a role", { roleArn: "arn:aws:iam::123456789012:role/readers" }, 0],
    ["has a precedence", { precedence: 3 }, 0],
    ["was made an hour later", {}, HOUR_MS],
    ["was made an hour before", {}, -HOUR_MS],
  ] as const)("before AWS got it does not take a group for its own that %s", async ([, fields, laterMs]) => {
    const all = scimStage();
    const { stage, restarted, records, create, writesOf } = all;
    const ann = idOf(await create("User", oktaUser("ann@corp.test")));
    const wanted = { ...body, members: [{ value: ann }] };
    await cutOff(all, "Group", wanted, "before");
    stage.pool.addGroup({ name: "Staff", ...fields, createdAt: new Date(stage.clock.now() + laterMs) });
    stage.clock.advance(2 * HOUR_MS);
    const { service } = restarted();
    for (const attempt of [1, 2]) {
      const refused = async () => {
        const answer = scimRefusal(service.create("Group", wanted, scimCall()));
        expect(await answer, `attempt ${attempt}`).toMatchObject({ status: 409, scimType: "uniqueness" });
      };
      expect(await writesOf(refused)).toEqual([]);
    }
    expect(records.begun.size).toBe(0);
  });

  test.for([
    ["before", 0],
    ["after", 0],
    ["after", 20 * HOUR_MS],
    ["after", -HOUR_MS],
  ] as const)("%s AWS got it is completed by its retry, %i ms later", async ([when, laterMs]) => {
    const all = scimStage();
    const { stage, restarted, records } = all;
    const wanted = {
      ...body,
      displayName: "The Staff",
      [COGNITO_GROUP_URN]: { description: "of HR", precedence: 3 },
    };
    await cutOff(all, "Group", wanted, when);
    stage.clock.advance(laterMs);
    expect(await restarted().service.create("Group", wanted, scimCall())).toMatchObject({
      id: Buffer.from("The-Staff").toString("base64url"),
      displayName: "The Staff",
      externalId: "g-1",
    });
    expect(records.begun.size).toBe(0);
  });

  test("does not take the group of another request of the name for its own", async () => {
    const all = scimStage();
    const { restarted, records } = all;
    await cutOff(all, "Group", body, "before");
    const { service } = restarted();
    await service.create("Group", { ...body, externalId: "other" }, scimCall());
    const again = service.create("Group", body, scimCall());
    expect(await scimRefusal(again)).toMatchObject({ status: 409, scimType: "uniqueness" });
    expect(records.rows).toMatchObject([{ externalId: "other" }]);
  });

  test("by a version that recorded its name before AWS had it is not completed with a group of that name", async () => {
    const all = scimStage();
    const { stage, restarted, records } = all;
    await cutOff(all, "Group", body, "before");
    await records.begin({ ...onlyRecord(records), id: "Staff" });
    stage.pool.addGroup({ name: "Staff" });
    const again = restarted().service.create("Group", body, scimCall());
    expect(await scimRefusal(again)).toMatchObject({ status: 409, scimType: "uniqueness" });
  });

  test("after its answer was read is not completed with a group that was made in the place of the first", async () => {
    const { stage, restarted, records } = scimStage();
    const broken = restarted({ records: { ...records, keep: full } }).service;
    await scimRefusal(broken.create("Group", body, scimCall()));
    stage.clock.advance(MINUTE_MS);
    stage.pool.deleteGroup("Staff");
    stage.pool.addGroup({ name: "Staff", createdAt: new Date(stage.clock.now()) });
    const again = restarted().service.create("Group", body, scimCall());
    expect(await scimRefusal(again)).toMatchObject({ status: 409, scimType: "uniqueness" });
  });

  test("after its answer was read is completed, whatever has become of the group", async () => {
    const { stage, restarted, records } = scimStage();
    const broken = restarted({ records: { ...records, keep: full } }).service;
    await scimRefusal(broken.create("Group", body, scimCall()));
    const group = stage.pool.findGroup("Staff");
    if (group === undefined) throw new Error("the group was not made");
    stage.pool.replaceGroup({ ...group, description: "of HR" });
    expect(await restarted().service.create("Group", body, scimCall())).toMatchObject({ externalId: "g-1" });
  });
});
