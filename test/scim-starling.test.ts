// One Identity's sequence in the profile of Starling against the whole program, for each kind of pool: a full synchronization
// that reads every object by its id, and writes by PUT of the whole resource.
import { afterEach, describe, expect, test } from "vitest";
import { memberIdsOf } from "../pkg/scim/protocol/members.ts";
import type { JsonObject } from "../pkg/scim/resource.ts";
import { createPool } from "./cognito/pool.ts";
import { writesIn } from "./support/provision-stage.ts";
import { mailOf, POOL_KINDS } from "./support/scim-clients.ts";
import { idIn, objectOf, resourcesOf } from "./support/scim-okta-client.ts";
import { type ScimService, startScimService } from "./support/scim-service.ts";

const POOL = "us-east-1_Star0001";
const COGNITO = "urn:connector:cognito:2.0:User";
const HARD = ["a/b", "50%+", `o'b"é`, "😀", "..x", "%2F", "a&b?c#d"];

let service: ScimService | undefined;

afterEach(async () => {
  await service?.stop();
  service = undefined;
});

function starlingClient({ ask }: Pick<ScimService, "ask">) {
  type Kind = "Users" | "Groups";
  const at = (kind: Kind, id: string) => `/${kind}/${encodeURIComponent(id)}`;
  const read = async (kind: Kind, id: string) => objectOf(await ask(at(kind, id)), 200);

  return {
    read,
    async write(kind: Kind, id: string, change: JsonObject): Promise<JsonObject> {
      const json = { ...(await read(kind, id)), ...change };
      return objectOf(await ask(at(kind, id), { method: "PUT", json }), 200);
    },
    async create(kind: Kind, json: JsonObject): Promise<JsonObject> {
      return objectOf(await ask(`/${kind}`, { method: "POST", json }), 201);
    },
    async remove(kind: Kind, id: string): Promise<void> {
      const { status, text } = await ask(at(kind, id), { method: "DELETE" });
      expect({ status, text }).toEqual({ status: 204, text: "" });
    },
    /** Every object, page by page, and then by its id ("import uses direct query"). */
    async import(kind: Kind): Promise<readonly JsonObject[]> {
      const ids: string[] = [];
      for (let startIndex = 1; ; startIndex += 3) {
        const list = objectOf(await ask(`/${kind}?startIndex=${startIndex}&count=3`), 200);
        ids.push(...resourcesOf(list).map(idIn));
        if (startIndex + 3 > Number(list["totalResults"])) break;
      }
      return await Promise.all(ids.map(async (id) => await read(kind, id)));
    },
  };
}

// Each reads groups at the five requests a second that Cognito allows: the other kinds differ in nothing that this profile sees.
const KINDS = POOL_KINDS.filter(({ kind }) =>
  ["username", "e-mail", "preferred username alias"].includes(kind),
);

describe.for(KINDS)("a pool with $kind", ({ definition, userName }) => {
  test("Starling reads, creates, updates, disables, and fills groups; its second cycle changes nothing", {
    timeout: 180_000,
  }, async () => {
    const pool = createPool({
      id: POOL,
      ...definition,
      users: [
        { username: "confirmed", groups: ["ops"] },
        { username: "disabled", enabled: false },
        { username: "invited", status: "FORCE_CHANGE_PASSWORD", groups: ["ops"] },
        {
          username: "Google_7",
          status: "EXTERNAL_PROVIDER",
          identities: [{ providerName: "Google", providerType: "Google", userId: "7", primary: true }],
        },
        ...HARD.map((username) => ({ username, groups: ["ops/é"] })),
      ],
      groups: [{ name: "ops", description: "Ops", precedence: 3 }, { name: "ops/é" }],
    });
    const running = await startScimService({
      pool,
      args: ["--scim-profile=starling", "--scim-password=temporary"],
    });
    service = running;
    const starling = starlingClient(running);
    const writesOf = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
      const before = writesIn(running.cognito.stats).length;
      await work();
      return writesIn(running.cognito.stats).slice(before);
    };
    const echo = async () => {
      for (const one of await starling.import("Users")) await starling.write("Users", idIn(one), {});
      for (const one of await starling.import("Groups")) await starling.write("Groups", idIn(one), {});
    };

    const people = await starling.import("Users");
    expect(new Set(people.map(idIn))).toEqual(new Set(pool.allUsers().map(({ username }) => username)));
    const active = people.filter((one) => one["active"] === true).map(idIn);
    expect(new Set(active)).toEqual(new Set(["confirmed", ...HARD]));
    // What is read and sent back is no change: a user who is invited is not disabled.
    expect(await writesOf(echo)).toEqual([]);

    const made = await starling.create("Users", {
      userName: userName(1),
      emails: [{ value: mailOf(userName(1)) }],
      phoneNumbers: [{ value: "0151 123" }],
      password: "Zx7!kkPq",
      [COGNITO]: { IsPasswordPermanent: true },
    });
    const id = idIn(made);
    expect(made).toMatchObject({ id, active: true, displayName: id, name: { formatted: id } });
    expect(pool.stored(id)?.status).toBe("CONFIRMED");
    const waiting = await starling.create("Users", { userName: userName(2), password: "Zx7!kkPq" });
    expect(waiting).toMatchObject({ active: false });

    const changed = await starling.write("Users", id, {
      nickName: "Addie",
      phoneNumbers: [{ value: "0151 124" }],
    });
    expect(changed).toMatchObject({ nickName: "Addie", phoneNumbers: [{ value: "0151 124" }] });
    await starling.write("Users", id, { active: false });
    expect(pool.stored(id)?.enabled).toBe(false);
    await starling.write("Users", id, { active: true });
    expect(pool.stored(id)?.enabled).toBe(true);

    const group = idIn(await starling.create("Groups", { displayName: "new/%+é", members: [{ value: id }] }));
    expect(group).toBe("new/%+é");
    const members = [{ value: idIn(waiting) }, ...HARD.map((value) => ({ value, display: value }))];
    await starling.write("Groups", group, { members });
    const { members: now } = await starling.read("Groups", group);
    expect(new Set(memberIdsOf(now))).toEqual(new Set(members.map(({ value }) => value)));

    expect(await writesOf(echo)).toEqual([]);
    await starling.write("Groups", group, { members: [] });
    expect(await starling.read("Groups", group)).toMatchObject({ members: [] });
    for (const one of [group, "ops/é"]) await starling.remove("Groups", one);
    for (const one of [id, idIn(waiting), ...HARD]) await starling.remove("Users", one);
    expect(new Set((await starling.import("Users")).map(idIn))).toEqual(
      new Set(["confirmed", "disabled", "invited", "Google_7"]),
    );
    expect((await starling.import("Groups")).map(idIn)).toEqual(["ops", `${POOL}_Google`]);
  });
});
