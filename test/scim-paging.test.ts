import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Pool } from "./cognito/pool.ts";
import {
  comeAndGo,
  listByCursor,
  listByIndex,
  NOTHING_WRONG,
  page,
  pageOf,
  poolOf,
  wrongIn,
} from "./support/scim-paging.ts";
import { type ScimService, startScimService } from "./support/scim-service.ts";

const PEOPLE = 2_000;
let pool: Pool;
let service: ScimService;

beforeAll(async () => {
  pool = poolOf(PEOPLE);
  service = await startScimService({ pool });
});

afterAll(async () => {
  await service.stop();
});

const subs = () => pool.allUsers().map(({ sub }) => sub);

describe("the lists of a service", () => {
  test("have everybody who was there throughout once, while people come and go, by index and by cursor", async () => {
    const before = subs();
    const leaving = before.filter((_, n) => n % 7 === 3);
    const changes = comeAndGo(service, leaving);
    const listings = await Promise.all([
      listByIndex(service, 100),
      listByCursor(service, 90),
      listByIndex(service, 130),
      listByCursor(service, 170),
    ]);
    const { deleted, created } = await changes.end();
    expect(deleted.length).toBeGreaterThan(0);
    const gone = new Set(deleted);
    const stayed = before.filter((sub) => !gone.has(sub));
    expect(listings.map((listing) => wrongIn(listing, stayed))).toEqual(listings.map(() => NOTHING_WRONG));
    // What has changed meanwhile is in the next list, before the pool is read again.
    const after = await listByIndex(service, 500);
    expect(new Set(after.ids)).toEqual(new Set([...stayed, ...created]));
  });

  test("say how old they are", async () => {
    const { headers } = await service.ask("/Users?count=1");
    expect(headers.get("age")).toMatch(/^\d+$/);
    // Cognito itself answers these.
    const filter = encodeURIComponent('userName eq "nobody"');
    expect((await service.ask(`/Users?filter=${filter}`)).headers.get("age")).toBeNull();
  });

  test("find any place in the pool", async () => {
    const { total, ids } = await page(service, `startIndex=${PEOPLE - 10}&count=3`);
    expect(ids.length).toBe(3);
    expect((await page(service, `startIndex=${total + 1}&count=3`)).ids).toEqual([]);
  });

  test("of groups have their members unless they are left out", async () => {
    const [first] = (await pageOf(service, "/Groups?count=1")).resources;
    expect(first?.["members"]).toEqual(expect.arrayContaining([expect.objectContaining({ type: "User" })]));
    const { resources } = await pageOf(service, "/Groups?excludedAttributes=members");
    expect(resources.map((group) => group["members"])).toEqual(resources.map(() => undefined));
  });
});
