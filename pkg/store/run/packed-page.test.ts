import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { fakeDirectory, POOL, someGroup, userNumber } from "../../../test/support/fake-directory.ts";
import { createConnector } from "../../connector/create-connector.ts";
import { GROUPS_LISTING, membersListing, USERS_LISTING } from "../../core/sync-plan.ts";
import { MessageWriter } from "../../protocol/message-writer.ts";
import { EntitlementSchema, GrantSchema, ResourceSchema } from "../../protocol/messages.ts";
import { packPage, principalKeys, unpackPage } from "./packed-page.ts";

const bytesOf = (row: Uint8Array): string => Buffer.from(row).toString("hex");

test("a page that was sent to another thread stores the same bytes", async () => {
  const users = Array.from({ length: 5 }, (_, n) => userNumber(n));
  const { directory } = fakeDirectory({
    users,
    groups: [someGroup("all"), someGroup("none")],
    members: new Map([["all", users]]),
  });
  const connector = createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 });
  const never = new AbortController().signal;
  const request = { pageToken: "", pageSize: 0 };
  const groups = (await connector.listGroups(request, never)).items;
  const members = await connector.listMembers("all", request, never);
  if (members === undefined) throw new Error("the group is there");
  const memberships = members.items;
  const page = {
    cursor: GROUPS_LISTING,
    membersAreIdle: true,
    opens: [membersListing("all")],
    users: memberships.map(({ member }) => member),
    groups,
    memberships,
  };

  const arrived = unpackPage(
    structuredClone(packPage(page, new Set(page.users.keys()), new MessageWriter())),
  );

  expect([arrived.cursor, arrived.opens, arrived.membersAreIdle]).toEqual([page.cursor, page.opens, true]);
  expect(
    arrived.principals.map(({ resourceTypeId, resourceId, stamp }) => [resourceTypeId, resourceId, stamp]),
  ).toEqual(page.users.map(({ resourceTypeId, resourceId, stamp }) => [resourceTypeId, resourceId, stamp]));
  expect(arrived.principals.map((one) => bytesOf(one.encode()))).toEqual(
    page.users.map((one) => bytesOf(toBinary(ResourceSchema, one.build()))),
  );
  expect(arrived.resources.map((one) => toBinary(ResourceSchema, one))).toEqual(
    groups.map((one) => toBinary(ResourceSchema, one.build())),
  );
  expect(arrived.entitlements.map((one) => toBinary(EntitlementSchema, one))).toEqual(
    groups.flatMap((one) => one.entitlements().map((each) => toBinary(EntitlementSchema, each))),
  );
  expect(arrived.grants.map((one) => bytesOf(one.encode()))).toEqual(
    memberships.map((one) => bytesOf(toBinary(GrantSchema, one.build()))),
  );
  expect(arrived.grants).toHaveLength(5);
});

test("a user that the run has already is sent without its row", async () => {
  const { directory } = fakeDirectory({ users: [userNumber(1), userNumber(2)] });
  const connector = createConnector({ directory, poolId: POOL, userIdKind: "sub", now: () => 0 });
  const request = { pageToken: "", pageSize: 0 };
  const { items } = await connector.listUsers(request, new AbortController().signal);
  const page = { cursor: USERS_LISTING, opens: [], users: items, groups: [], memberships: [] };
  const { principals } = unpackPage(structuredClone(packPage(page, new Set([1]), new MessageWriter())));
  expect(principals.map(({ resourceId }) => resourceId)).toEqual(
    principalKeys(page).map((key) => key.resourceId),
  );
  expect(fromBinary(ResourceSchema, principals[1]?.encode() ?? new Uint8Array()).id?.resource).toBe(
    userNumber(2).sub,
  );
  expect(() => principals[0]?.encode()).toThrow("without its row");
});
