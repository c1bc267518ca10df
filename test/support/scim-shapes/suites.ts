import { expect } from "vitest";
import type { JsonObject } from "../../../pkg/scim/resource.ts";
import { ENTERPRISE, resourceIn, type Shape, type ShapeWorld, USER } from "./world.ts";

const ANY_NUMBER: unknown = expect.any(Number);
const ANY_TEXT: unknown = expect.any(String);
const ANY_BOOLEAN: unknown = expect.any(Boolean);
const LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

async function listed(world: ShapeWorld, path: string, check: (resources: readonly JsonObject[]) => boolean) {
  const reply = await world.ask("GET", path);
  const found = resourceIn(reply)["Resources"];
  const resources: readonly JsonObject[] = Array.isArray(found) ? found : [];
  if (reply.status === 200 && !check(resources)) throw new Error(reply.text.slice(0, 1000));
  return reply;
}

const manager = (value: JsonObject | string): JsonObject => ({
  op: "Replace",
  path: `${ENTERPRISE}:manager`,
  value,
});

/** What Okta's, Microsoft's and other published suites assert, and the rows of the clients do not. */
export const SUITE_SHAPES: readonly Shape[] = [
  {
    shape: "Okta: the first person of a list has what Okta reads",
    send: (world) => world.ask("GET", "/Users?startIndex=1&count=1"),
    status: 200,
    body: () => ({
      schemas: [LIST],
      totalResults: ANY_NUMBER,
      itemsPerPage: 1,
      startIndex: 1,
      Resources: [{ id: ANY_TEXT, userName: ANY_TEXT, active: ANY_BOOLEAN }],
    }),
  },
  {
    shape: "Okta: no credentials, 401",
    send: (world) => world.askAnonymously("/Users"),
    status: 401,
    body: () => ({ status: "401" }),
  },
  {
    shape: "Okta: a filter in capital letters",
    send: (world) =>
      world.ask("GET", `/Users?filter=USERNAME%20EQ%20%22${world.ada.username.toUpperCase()}%22`),
    status: 200,
    body: (world) => ({ Resources: [{ id: world.ada.id }] }),
  },
  {
    shape: "Microsoft: a manager as an object, by replace",
    send: (world) => world.patch(world.user("ada"), manager({ value: "m-2" })),
    status: 200,
    body: () => ({ [ENTERPRISE]: { manager: { value: "m-2" } } }),
    pool: () => ({ "ada.custom:manager": "m-2" }),
  },
  {
    shape: "Microsoft: a postal address, part by part",
    send: (world) =>
      world.patch(
        world.user("ada"),
        { op: "Add", path: 'addresses[type eq "work"].streetAddress', value: "1 Way" },
        { op: "Add", path: 'addresses[type eq "work"].country', value: "IE" },
      ),
    status: 200,
    body: () => ({ addresses: [{ type: "work", streetAddress: "1 Way", country: "IE" }] }),
    pool: () => ({ "ada.address": JSON.stringify({ street_address: "1 Way", country: "IE" }) }),
  },
  {
    shape: "Microsoft: a number comes back as it was sent",
    send: (world) =>
      world.patch(world.user("ada"), {
        op: "Add",
        path: 'phoneNumbers[type eq "work"].value',
        value: "tel:+1-555-123-0009",
      }),
    status: 200,
    body: () => ({ phoneNumbers: [{ type: "work", value: "tel:+1-555-123-0009" }] }),
    pool: () => ({ "ada.phone_number": "+15551230009", "ada.phone_number_verified": "true" }),
  },
  {
    shape: "Microsoft: attributes with a filter in brackets",
    send: (world) =>
      world.ask("GET", `${world.user("ada")}?attributes=${encodeURIComponent('emails[type eq "work"]')}`),
    status: 200,
    body: (world) => ({ id: world.ada.id, emails: [{ type: "work" }] }),
    lacks: ["userName", "displayName"],
  },
  {
    shape: "Microsoft: a filter without quotes, with brackets and `or`",
    send: (world) =>
      world.find(
        "Users",
        `userName eq ${world.ada.username} and ( name.familyName co Ro or name.givenName eq Kim )`,
      ),
    status: 200,
    body: (world) => ({ totalResults: 1, Resources: [{ id: world.ada.id }] }),
  },
  {
    shape: "Microsoft: a filter by the time of creation",
    send: (world) => world.find("Users", "meta.created gt 2001-01-01T00:00:00Z", "&count=1"),
    status: 200,
    body: () => ({ itemsPerPage: 1 }),
  },
  {
    shape: "Microsoft: junk in a POST",
    send: (world) => world.ask("POST", "/Users", { junk: true }),
    status: 400,
    body: () => ({ scimType: "invalidValue" }),
  },
  {
    shape: "scim-sanity: a body that is not JSON",
    send: (world) => world.ask("POST", "/Users", "{"),
    status: 400,
    body: () => ({ scimType: "invalidSyntax" }),
  },
  {
    shape: "scim-sanity: count=0 counts only",
    send: (world) => listed(world, "/Users?count=0", (resources) => resources.length === 0),
    status: 200,
    body: () => ({ itemsPerPage: 0, totalResults: ANY_NUMBER }),
  },
  {
    shape: "scimverify: a page in the middle names its start",
    send: (world) => listed(world, "/Users?startIndex=5&count=3", (resources) => resources.length === 3),
    status: 200,
    body: () => ({ startIndex: 5, itemsPerPage: 3 }),
  },
  {
    shape: "scimverify: sorted by userName",
    send: (world) =>
      listed(world, "/Users?sortBy=userName&count=50", (resources) => {
        const names = resources.map(({ userName }) =>
          typeof userName === "string" ? userName.toLowerCase() : "",
        );
        return (
          names.length === 50 && names.every((name, index) => index === 0 || name >= (names[index - 1] ?? ""))
        );
      }),
    status: 200,
  },
  {
    shape: "scimverify: a start behind the end",
    send: (world) => world.ask("GET", "/Users?startIndex=100000&count=3"),
    status: 200,
    body: () => ({ itemsPerPage: 0, Resources: [], totalResults: ANY_NUMBER }),
  },
  {
    shape: "WSO2: two people in one bulk request",
    send: (world) =>
      world.ask("POST", "/Bulk", {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        Operations: ["", "-2"].map((end) => ({
          method: "POST",
          path: "/Users",
          bulkId: `b${end}`,
          data: { schemas: [USER], userName: world.fresh + end },
        })),
      }),
    status: 200,
    body: () => ({ Operations: [{ status: "201" }, { status: "201" }] }),
    pool: () => ({ "fresh.enabled": true }),
  },
  {
    shape: "WSO2: /Me is 501",
    send: (world) => world.ask("GET", "/Me"),
    status: 501,
  },
  {
    shape: "WSO2: the singular /ResourceType",
    send: (world) => world.ask("GET", "/ResourceType"),
    status: 200,
    body: () => ({ totalResults: 2 }),
  },
  {
    shape: "WSO2: sorted by id, two of a page",
    send: (world) =>
      listed(world, "/Users?sortBy=id&startIndex=1&count=2", (resources) => resources.length === 2),
    status: 200,
  },
  {
    shape: "a search by POST keeps the name out of the URL",
    send: (world) =>
      world.ask("POST", "/Users/.search", {
        schemas: ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        filter: `userName eq "${world.ada.username}"`,
        attributes: ["userName"],
      }),
    status: 200,
    body: (world) => ({ totalResults: 1, Resources: [{ id: world.ada.id, userName: world.ada.username }] }),
    lacks: ["displayName", "emails", "meta"],
  },
];
