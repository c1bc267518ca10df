// Entra's cycle against the whole program, for each kind of pool.
import { afterEach, describe, expect, test } from "vitest";
import { createPool } from "./cognito/pool.ts";
import { writesIn } from "./support/provision-stage.ts";
import { mailOf, POOL_KINDS } from "./support/scim-clients.ts";
import { type EntraPerson, entraClient } from "./support/scim-entra-client.ts";
import { type ScimService, startScimService } from "./support/scim-service.ts";

const POOL = "us-east-1_Entra001";

let service: ScimService | undefined;

afterEach(async () => {
  await service?.stop();
  service = undefined;
});

describe.for(POOL_KINDS)("a pool with $kind", ({ kind, definition, userName, newName, canRename }) => {
  const person = (n: number, over: Partial<EntraPerson> = {}): EntraPerson => ({
    userName: userName(n),
    active: true,
    displayName: `Kim Oh ${n}`,
    givenName: "Kim",
    familyName: `Oh ${n}`,
    mail: mailOf(userName(n)),
    // Where people sign in by it, a phone number is the userName.
    mobile: kind === "phone" ? userName(n) : `+1 (555) 987-000${n}`,
    department: "Ops",
    manager: "m-1",
    objectId: `0000c0de-0000-4000-8000-00000000000${n}`,
    ...over,
  });

  test("Entra creates, patches, disables, restores and purges; a cycle without news sends no write", async () => {
    const schema = [{ name: "custom:department" }, { name: "custom:manager" }];
    const pool = createPool({ id: POOL, ...definition, schema });
    const running = await startScimService({ pool });
    service = running;
    const entra = entraClient(running);
    await entra.test();

    const people = [person(1), person(2), person(3)];
    const team = {
      displayName: "Sales Team",
      objectId: "0000c0de-0000-4000-8000-0000000000a1",
      members: [person(1).objectId, person(2).objectId],
    };
    const first = await entra.cycle(people, [team]);
    expect(first.writes).toEqual([
      "POST /Users",
      "POST /Users",
      "POST /Users",
      "POST /Groups",
      "PATCH /Groups Add",
      "PATCH /Groups Add",
    ]);
    const before = writesIn(running.cognito.stats).length;
    expect(await entra.cycle(people, [team])).toEqual({ writes: [], ids: first.ids });
    expect(writesIn(running.cognito.stats)).toHaveLength(before);

    const news = [
      person(1, canRename ? { userName: newName(1), mail: mailOf(newName(1)) } : { displayName: "K. Oh" }),
      person(2, { active: false, familyName: "Poe", department: "Sales", manager: "m-2" }),
      person(3, { mail: `other.${mailOf(userName(3))}`.replace("+", "") }),
    ].map((one) => (kind === "phone" ? { ...one, mobile: one.userName } : one));
    const later = { ...team, displayName: "Sales EMEA", members: [person(2).objectId, person(3).objectId] };
    const second = await entra.cycle(news, [later]);
    expect(second.writes).toContain("PATCH /Groups displayName");
    expect(await entra.cycle(news, [later])).toEqual({ writes: [], ids: first.ids });
    const two = first.ids.get(person(2).objectId) ?? "";
    expect((await running.ask(`/Users/${two}`)).body).toMatchObject({
      active: false,
      groups: [{ display: "Sales EMEA" }],
    });

    const restored = await entra.cycle(
      [person(2, { familyName: "Poe", department: "Sales", manager: "m-2" })],
      [],
    );
    expect(restored.writes).toEqual(["PATCH /Users active"]);
    expect(await entra.purge(two)).toBe(204);
    expect(await entra.purge(two)).toBe(404);
    expect(pool.allUsers()).toHaveLength(2);
  });
});
