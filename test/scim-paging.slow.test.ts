// Many people: what test/scim-paging.test.ts shows of a small pool.
import { expect, test } from "vitest";
import {
  comeAndGo,
  type Listing,
  listByCursor,
  listByIndex,
  NOTHING_WRONG,
  poolOf,
  wrongIn,
} from "./support/scim-paging.ts";
import { startScimService } from "./support/scim-service.ts";
import { rounds } from "./support/thorough.ts";

const PEOPLE = rounds(30_000, 100_000);

test(`of ${PEOPLE} people everybody who was there throughout comes once, by index and by cursor, while others come and go`, async () => {
  const pool = poolOf(PEOPLE);
  const service = await startScimService({ pool, args: ["--scim-rate=1000"] });
  try {
    const before = pool.allUsers().map(({ sub }) => sub);
    const changes = comeAndGo(
      service,
      before.filter((_, n) => n % 97 === 5),
    );
    const listings: Listing[] = [];
    do {
      const found = await Promise.all([
        listByIndex(service, 100),
        listByCursor(service, 100),
        listByIndex(service, 1000),
        listByCursor(service, 1000),
      ]);
      listings.push(...found);
    } while (changes.soFar() < 20);
    const { deleted, created } = await changes.end();
    const gone = new Set(deleted);
    const stayed = before.filter((sub) => !gone.has(sub));
    expect(listings.map((listing) => wrongIn(listing, stayed))).toEqual(listings.map(() => NOTHING_WRONG));
    const after = await listByCursor(service, 1000);
    expect(new Set(after.ids)).toEqual(new Set([...stayed, ...created]));
  } finally {
    await service.stop();
  }
}, 600_000);
