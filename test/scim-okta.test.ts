// Okta's sequence against the whole program, for each kind of pool.
import { afterEach, describe, expect, test } from "vitest";
import { memberIdsOf } from "../pkg/scim/protocol/members.ts";
import { createPool } from "./cognito/pool.ts";
import { writesIn } from "./support/provision-stage.ts";
import { mailOf, POOL_KINDS } from "./support/scim-clients.ts";
import { idIn, objectOf, oktaClient, resourcesOf } from "./support/scim-okta-client.ts";
import { type ScimService, startScimService } from "./support/scim-service.ts";

const POOL = "us-east-1_Okta0001";

let service: ScimService | undefined;

afterEach(async () => {
  await service?.stop();
  service = undefined;
});

const mailsOf = (userName: string) => [{ value: mailOf(userName), type: "work", primary: true }];

describe.for(POOL_KINDS)("a pool with $kind", ({ definition, userName, newName, canRename }) => {
  test("Okta assigns, updates, disables, enables, and pushes groups; its second cycle changes nothing", async () => {
    const pool = createPool({ id: POOL, ...definition });
    const running = await startScimService({ pool, args: ["--scim-password=permanent"] });
    service = running;
    const { cognito } = running;
    const okta = oktaClient(running);
    const writesOf = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
      const before = writesIn(cognito.stats).length;
      await work();
      return writesIn(cognito.stats).slice(before);
    };
    await okta.test();

    const [one, two, three] = [
      await okta.assign(userName(1)),
      await okta.assign(userName(2), { name: { givenName: "Kim", familyName: "Oh" }, displayName: "Kim Oh" }),
      await okta.assign(userName(3)),
    ];
    expect(pool.allUsers().map(({ status }) => status)).toEqual(["CONFIRMED", "CONFIRMED", "CONFIRMED"]);
    // A second assignment, in the letter case of another directory, adopts the same person.
    expect(
      await writesOf(async () => expect(await okta.assign(userName(1).toUpperCase())).toBe(one)),
    ).toEqual([]);

    const profile = { name: { givenName: "Ada", familyName: "Poe" }, nickName: "Addie", locale: "en-US" };
    await okta.update(one, profile);
    await okta.setActive(two, false);
    await okta.update(three, { password: "Ny8!kkPq9" });
    expect(await okta.get(`/Users/${one}`)).toMatchObject({ ...profile, active: true });
    expect(await okta.get(`/Users/${two}`)).toMatchObject({ active: false });
    const renamed = canRename ? { userName: newName(1), emails: mailsOf(newName(1)) } : {};
    await okta.update(one, renamed);
    expect(await okta.get(`/Users/${one}`)).toMatchObject(renamed);

    const group = await okta.pushGroup("Field Ops", [one]);
    await okta.changeMembers(group, [one], [two, three]);
    await okta.renameGroup(group, "Field Ops");
    await okta.renameGroup(group, "Sales Ops");
    const read = await okta.get(`/Groups/${group}`);
    expect(read).toMatchObject({ id: group, displayName: "Sales Ops" });
    expect(new Set(memberIdsOf(read["members"]))).toEqual(new Set([two, three]));
    expect(await okta.get(`/Users/${two}`)).toMatchObject({
      groups: [{ value: group, display: "Sales Ops" }],
    });

    const second = await writesOf(async () => {
      await okta.test();
      await okta.update(one, profile);
      await okta.setActive(two, false);
      await okta.changeMembers(group, [one], [two, three]);
      await okta.renameGroup(group, "Sales Ops");
    });
    expect(second).toEqual([]);

    await okta.setActive(two, true);
    expect(await okta.get(`/Users/${two}`)).toMatchObject({ active: true });
    const people = await okta.importPeople();
    expect(new Set(people.map(idIn))).toEqual(new Set([one, two, three]));
    expect(people.find((person) => idIn(person) === one)).toMatchObject(profile);

    await okta.deleteGroup(group);
    expect((await running.ask(`/Groups/${group}`)).status).toBe(404);
    const filter = encodeURIComponent('displayName eq "Sales Ops"');
    const found = objectOf(await running.ask(`/Groups?filter=${filter}`), 200);
    expect(resourcesOf(found)).toEqual([]);
    expect(running.log()).not.toContain("Ny8!kkPq9");
  });
});
