import { readdirSync, readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { federatedPerson, linkedPerson, people, person } from "./definitions.ts";
import { createPool } from "./pool.ts";
import { atStart } from "./pool-reader.ts";

const id = "us-east-1_Ab129faBb";

test("in sub order a user created during a listing may be placed before or behind the reader", () => {
  const pool = createPool({ id, order: "sub", users: people(40) });
  const first = pool.users(atStart, 20, undefined);
  const added = Array.from({ length: 40 }, (_, index) => pool.addUser(person(100 + index)).username);
  const rest = pool.users(first.next ?? 0, 1_000, undefined).items.map((user) => user.username);
  const met = added.filter((username) => rest.includes(username)).length;
  expect(met).toBeGreaterThan(0);
  expect(met).toBeLessThan(40);
  expect(new Set([...first.items.map((user) => user.username), ...rest]).size).toBe(40 + met);
});

test("a linked person is two profiles that only `identities` connects", () => {
  const [local, external] = linkedPerson(3, "Okta").map(
    (one) => createPool({ id, users: [one] }).allUsers()[0],
  );
  expect([local?.status, external?.status]).toEqual(["CONFIRMED", "EXTERNAL_PROVIDER"]);
  expect(local?.sub).not.toBe(external?.sub);
  const userId = external?.username.replace("Okta_", "");
  for (const one of [local, external]) {
    expect(one?.attributes.get("identities")).toContain(`"userId":"${userId}","providerName":"Okta"`);
  }
});

test("the username of a linked profile answers the local user, as long as the two are linked", () => {
  const pool = createPool({ id, users: linkedPerson(3, "Okta") });
  const [local, external] = pool.allUsers();
  if (local === undefined || external === undefined) throw new Error("no linked users");
  expect(pool.resolve(external.username)).toBe(local);
  expect(pool.stored(external.username)).toBe(external);
  pool.setAttribute(local, "identities", undefined);
  expect(pool.resolve(external.username)).toBe(external);
});

test("a federated profile is found by username and sub, never by its e-mail", () => {
  const pool = createPool({
    id,
    usernameAttributes: ["email"],
    users: [federatedPerson(1, "Google", { attributes: { email: "eva@example.com" } })],
  });
  const [eva] = pool.allUsers();
  expect(pool.resolve(eva?.username ?? "")).toBe(eva);
  expect(pool.resolve(eva?.sub ?? "")).toBe(eva);
  expect(pool.resolve("eva@example.com")).toBeUndefined();
});

test("a definition that names a user twice is an error", () => {
  expect(() => createPool({ id, users: [person(1), person(1)] })).toThrow("twice");
  expect(() => createPool({ id, groups: ["g", "g"] })).toThrow("twice");
  expect(() => createPool({ id, users: [person(1, { groups: ["nowhere"] })] })).toThrow("Group not found.");
});

test("the server shares no code with the product, nor with the AWS SDK", () => {
  const folders = [new URL(".//", import.meta.url), new URL("operations/", import.meta.url)];
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts") && name !== "client.ts")
      .map((name) => readFileSync(new URL(name, folder), "utf8")),
  );
  const imports = files.flatMap((text) =>
    [...text.matchAll(/ from "([^"]+)"/gu)].map(([, from = ""]) => from),
  );
  expect(imports.length).toBeGreaterThan(50);
  expect(imports.filter((from) => !/^(?:node:|\.\.?\/[a-z0-9-]+(?:\/[a-z0-9-]+)?\.ts$)/u.test(from))).toEqual(
    [],
  );
});
