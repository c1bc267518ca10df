// People and groups of a bench, the same in every run.
import { userResource, userStamp } from "../../pkg/connector/users.ts";
import type { Pool } from "../../pkg/core/pool.ts";
import type { User } from "../../pkg/core/user.ts";

const GIVEN = ["Ada", "Björn", "Chloé", "Dmitri", "Emeka", "Fatima", "Grace", "Hiro", "Ines", "Jan"];
const FAMILY = ["Lovelace", "Borg", "Åkesson", "García", "Okafor", "Nguyen", "Hopper", "Tanaka", "Silva"];

export function benchUser(index: number): User {
  const sub = benchSub(index);
  const given = GIVEN[index % GIVEN.length] ?? "";
  const family = FAMILY[Math.floor(index / 7) % FAMILY.length] ?? "";
  const email = `${given}.${family}.${index}@example.com`.toLowerCase();
  const at = new Date(1_600_000_000_000 + ((index * 7_919_000) % 150_000_000_000));
  return {
    sub,
    username: `${given}.${family}.${index}`,
    enabled: index % 50 !== 0,
    status: "CONFIRMED",
    createdAt: at,
    modifiedAt: at,
    attributes: new Map([
      ["sub", sub],
      ["email", email],
      ["email_verified", "true"],
      ["given_name", given],
      ["family_name", family],
    ]),
    identities: [],
  };
}

/** A random-looking UUID that is the same in every run. */
export function benchSub(index: number): string {
  const mixed = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f].map((factor, place) => {
    let word = Math.imul(index + place * 0x61c88647, factor);
    word = Math.imul(word ^ (word >>> 15), 0x2c1b3c6d);
    return ((word ^ (word >>> 13)) >>> 0).toString(16).padStart(8, "0");
  });
  const hex = mixed.join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

export function benchGroupName(index: number): string {
  return `department-${index}`;
}

/** The user as a row of a page. */
export function benchRow(user: User, pool: Pool) {
  return {
    user,
    resourceTypeId: "user",
    resourceId: user.sub,
    stamp: userStamp(user),
    build: () => userResource(user, pool, "sub"),
  };
}
