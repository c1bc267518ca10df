// The bytes of a page are those of its message, for every kind of pool and user.
import { create, type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { fakeDirectory, POOL, someGroup, somePool, someUser } from "../../../test/support/fake-directory.ts";
import { QUIET_CALL } from "../../../test/support/quiet-call.ts";
import type { Listing, MessageRow } from "../../connector/connector.ts";
import { createConnector } from "../../connector/create-connector.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Pool } from "../../core/pool.ts";
import type { User } from "../../core/user.ts";
import {
  GrantsServiceListGrantsRequestSchema,
  GrantsServiceListGrantsResponseSchema,
} from "../../gen/c1/connector/v2/grant_pb.ts";
import {
  ResourcesServiceListResourcesRequestSchema,
  ResourcesServiceListResourcesResponseSchema,
} from "../../gen/c1/connector/v2/resource_pb.ts";
import { resourceStub } from "../../protocol/builders.ts";
import { type Resource, ResourceSchema } from "../../protocol/messages.ts";
import { EncodedAnswer } from "../encoded-answer.ts";
import { createPageEncoder } from "./page-encoder.ts";
import { grantsService, resourcesService } from "./read-services.ts";

const never = new AbortController().signal;
const READ_AT = new Date("2026-01-02T03:04:05.006Z");

const ann = someUser({
  sub: "sub-ann",
  username: "ann",
  attributes: { email: "ann@example.com", given_name: "Ann", family_name: "Núñez", "custom:level": "42" },
});
const withoutEmail = someUser({
  sub: "sub-none",
  username: "",
  attributes: { phone_number: "+34600000000" },
});
const emoji = someUser({
  sub: "sub-emoji",
  username: "👩‍🚀",
  attributes: { name: `👩‍🚀 ${"ä".repeat(700)}`, email: "no address", "custom:note": "\ud800" },
});
const federated = someUser({
  sub: "sub-google",
  username: "Google_1234567890",
  status: "EXTERNAL_PROVIDER",
  enabled: false,
  attributes: { email: "g@example.com", email_verified: "true" },
  identities: [1, 2].map((at) => ({
    providerName: "Google",
    providerType: "Google",
    userId: `123456789${at}`,
    issuer: at === 1 ? undefined : "https://accounts.google.com",
    primary: at === 1,
    createdAt: at === 1 ? undefined : READ_AT,
  })),
});
const old = someUser({ sub: "sub-old", createdAt: new Date("1969-12-31T23:59:59.5Z") });
const known = someUser({ sub: "sub-known", username: "known", attributes: { preferred_username: "k" } });
const PEOPLE = [ann, withoutEmail, emoji, federated, old, known];

const FACTS = new Map([
  [
    known.sub,
    {
      secondFactors: { factors: ["SMS_MFA"], preferred: "SMS_MFA", readAt: READ_AT },
      lastSignIn: { at: READ_AT, readAt: READ_AT },
    },
  ],
  [ann.sub, { secondFactors: { factors: [], preferred: undefined, readAt: READ_AT } }],
]);

const byEmail = somePool({ usernameAttributes: ["email"] });
const byAlias = somePool({ aliasAttributes: ["email", "phone_number", "preferred_username"] });

/** Undefined: IAM hides the pool. */
function connectorOver(pool: Pool | undefined, userIdKind: "sub" | "username", users: User[] = PEOPLE) {
  const groups = [
    someGroup("team", { description: "Those who 💶", precedence: 0 }),
    // Managed by sign-in: its grants have annotations.
    someGroup(`${POOL}_Google`, { roleArn: "arn:aws:iam::123456789012:role/r" }),
    someGroup("empty"),
  ];
  const members = new Map([
    ["team", users],
    [`${POOL}_Google`, users],
  ]);
  const { directory } = fakeDirectory(
    { users, groups, members, pool: pool ?? somePool(), pageItems: 4 },
    (operation) => {
      if (operation === "DescribeUserPool" && pool === undefined)
        throw new GovernanceError("permission-denied", "no");
    },
  );
  const findFacts = async () => FACTS;
  return createConnector({ directory, poolId: POOL, userIdKind, now: () => 0, findFacts });
}

type Connected = ReturnType<typeof connectorOver>;

interface Kind {
  readonly schema: DescMessage;
  readonly answer: (pageToken: string) => unknown;
  readonly rows: (pageToken: string) => Promise<Listing<MessageRow<Message>>>;
}

const resources = (connector: Connected, resourceTypeId: string): Kind => {
  const { listResources } = resourcesService(connector);
  return {
    schema: ResourcesServiceListResourcesResponseSchema,
    answer(pageToken) {
      const asked = { resourceTypeId, pageToken };
      return listResources(create(ResourcesServiceListResourcesRequestSchema, asked), never, QUIET_CALL);
    },
    rows: (pageToken) =>
      connector.listResources(resourceTypeId, undefined, { pageToken, pageSize: 0 }, never),
  };
};

const grants = (connector: Connected, group: string): Kind => {
  const { listGrants } = grantsService(connector);
  const resource = resourceStub({ resourceType: "group", resource: group });
  return {
    schema: GrantsServiceListGrantsResponseSchema,
    answer: (pageToken) =>
      listGrants(create(GrantsServiceListGrantsRequestSchema, { resource, pageToken }), never, QUIET_CALL),
    rows: (pageToken) => connector.listGrants(resource, { pageToken, pageSize: 0 }, never),
  };
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The rows of all pages, each of which was compared with the message of before. */
async function comparedRows({ schema, answer, rows }: Kind): Promise<number> {
  let count = 0;
  let pageToken = "";
  do {
    const page = await rows(pageToken);
    const list = page.items.map((row) => row.build());
    const message = create(schema, { list, nextPageToken: page.nextPageToken });
    const encoded = await answer(pageToken);
    if (!(encoded instanceof EncodedAnswer)) throw new TypeError("the page is not encoded");
    expect(encoded.schema).toBe(schema);
    expect(hex(encoded.bytes)).toBe(hex(toBinary(schema, message)));
    // Another page does not change the bytes that were handed out.
    await answer("");
    expect(fromBinary(schema, encoded.bytes)).toEqual(fromBinary(schema, toBinary(schema, message)));
    count += list.length;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return count;
}

describe("the bytes of a page", () => {
  test.for([
    ["by e-mail", byEmail, "sub"],
    ["by alias", byAlias, "username"],
    ["that IAM hides", undefined, "sub"],
  ] as const)("are those of its message, of a pool %s", async ([, pool, kind]) => {
    const connector = connectorOver(pool, kind);
    expect(await comparedRows(resources(connector, "user"))).toBe(6);
    expect(await comparedRows(resources(connector, "group"))).toBe(3);
    expect(await comparedRows(grants(connector, "team"))).toBe(6);
    expect(await comparedRows(grants(connector, `${POOL}_Google`))).toBe(6);
  });

  test("are those of its message where it is empty", async () => {
    const connector = connectorOver(byEmail, "sub", []);
    expect(await comparedRows(resources(connector, "user"))).toBe(0);
    expect(await comparedRows(grants(connector, "empty"))).toBe(0);
  });

  test("are right on both sides of a page so large that its memory is not kept", () => {
    const encode = createPageEncoder(ResourcesServiceListResourcesResponseSchema);
    const pageOf = (displayName: string) => {
      const item = create(ResourceSchema, { displayName });
      const message = create(ResourcesServiceListResourcesResponseSchema, { list: [item, item] });
      return { listing: { items: [rowOf(item), rowOf(item)], nextPageToken: "" }, message };
    };
    const rowOf = (item: Resource): MessageRow<Resource> => ({ build: () => item });
    for (const { listing, message } of ["small", "x".repeat(900_000), "small"].map(pageOf)) {
      const expected = toBinary(ResourcesServiceListResourcesResponseSchema, message);
      expect(Buffer.from(expected).equals(encode(listing).bytes)).toBe(true);
    }
  });

  test("are right after a page whose row failed", () => {
    const encode = createPageEncoder(ResourcesServiceListResourcesResponseSchema);
    const empty = encode({ items: [], nextPageToken: "" });
    const broken: MessageRow<Resource> = {
      build: () => {
        throw new Error("broken");
      },
    };
    expect(() => encode({ items: [broken], nextPageToken: "p1:next" })).toThrow("broken");
    expect(encode({ items: [], nextPageToken: "" })).toEqual(empty);
  });
});
