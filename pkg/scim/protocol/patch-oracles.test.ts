import fc from "fast-check";
import { type ScimResource as PatchedResource, type ScimPatchOperation, scimPatch } from "scim-patch";
import SCIMMY from "scimmy";
import { describe, expect, test } from "vitest";
import { type JsonObject, type JsonValue, PATCH_URN, USER_URN } from "../resource.ts";
import { applyPatch } from "./apply-patch.ts";
import { canonicalJson, isListValue } from "./json.ts";
import { parsePatch } from "./patch.ts";
import { USER_SCHEMAS } from "./schemas.fixture.ts";

const texts = fc.constantFrom("a@x", "b@x", "c@x");
const kinds = fc.constantFrom("work", "home");
const item = fc.record({ value: texts, type: kinds }, { noNullPrototype: true });
const items = fc.uniqueArray(item, {
  minLength: 1,
  maxLength: 3,
  selector: ({ value, type }) => value + type,
});
const name = fc.record(
  { givenName: texts, familyName: texts },
  { requiredKeys: ["givenName"], noNullPrototype: true },
);

const users = fc.record(
  { userName: texts, displayName: texts, active: fc.boolean(), name, emails: items, phoneNumbers: items },
  { requiredKeys: ["userName"], noNullPrototype: true },
);

const op = fc.constantFrom("add" as const, "replace" as const);
const remove = fc.constant("remove" as const);
const lists = fc.constantFrom("emails", "phoneNumbers");

type TestOperation =
  | { readonly op: "add" | "replace"; readonly path?: string; readonly value: JsonValue }
  | { readonly op: "remove"; readonly path: string; readonly value?: JsonValue };

/** What RFC 7644 §3.5.2 leaves no room about. */
const plain: fc.Arbitrary<TestOperation> = fc.oneof(
  fc.record({ op, path: fc.constantFrom("displayName", "userName", "name.givenName"), value: texts }),
  fc.record({ op, path: fc.constant("active"), value: fc.boolean() }),
  fc.record({
    op,
    value: fc.record({ displayName: texts, active: fc.boolean() }, { noNullPrototype: true }),
  }),
  fc.record({ op, path: lists, value: items }),
  fc.record({ op: remove, path: fc.constantFrom("displayName", "active", "name", "name.givenName") }),
  fc.record({ op: remove, path: lists }),
  fc
    .tuple(lists, kinds)
    .map(([attribute, type]) => ({ op: "remove" as const, path: `${attribute}[type eq "${type}"]` })),
  fc.tuple(lists, items).map(([path, value]) => ({ op: "remove" as const, path, value })),
);

/** What clients send beside it: a part of an item by its type, and parts of a name. */
const ofClients: fc.Arbitrary<TestOperation> = fc.oneof(
  fc.tuple(op, lists, kinds, texts).map(([verb, attribute, type, value]) => ({
    op: verb,
    path: `${attribute}[type eq "${type}"].value`,
    value,
  })),
  fc.record({ op, path: fc.constant("name"), value: name }),
  fc.record({ op, value: texts.map((value) => ({ "name.givenName": value })) }),
);

function ours(user: JsonObject, operations: readonly TestOperation[]): JsonObject {
  const body = { schemas: [PATCH_URN], Operations: operations.map((one) => ({ ...one })) };
  return applyPatch({ schemas: [USER_URN], ...user }, parsePatch(body, USER_SCHEMAS), USER_SCHEMAS);
}

/** Only what both can say: no order, no empty lists and objects, each item once. */
function comparable(resource: object): unknown {
  const shown: JsonObject = JSON.parse(JSON.stringify(resource));
  const { userName, displayName, active, name: person = {}, emails, phoneNumbers } = shown;
  return {
    userName,
    displayName,
    active,
    person,
    emails: itemTexts(emails),
    phoneNumbers: itemTexts(phoneNumbers),
  };
}

function itemTexts(found: JsonValue | undefined): unknown {
  if (!isListValue(found)) return found === undefined ? [] : found;
  return [...new Set(found.map((one) => canonicalJson(one)))].toSorted();
}

async function outcome(work: () => object | Promise<object>): Promise<unknown> {
  try {
    return comparable(await work());
  } catch {
    return "refused";
  }
}

function byScimPatch(user: JsonObject, operations: readonly TestOperation[]): object {
  const meta = {
    resourceType: "User",
    created: new Date(0),
    lastModified: new Date(0),
    location: "",
    version: "1",
  };
  const copy: PatchedResource = structuredClone({ ...user, schemas: [USER_URN], meta });
  const theirs: ScimPatchOperation[] = operations.map((one) => structuredClone(one));
  return scimPatch(copy, theirs);
}

/** It answers nothing where nothing has changed. */
async function byScimmy(user: JsonObject, operations: readonly TestOperation[]): Promise<object> {
  const resource = new SCIMMY.Schemas.User({ id: "u-1", ...structuredClone(user) }, "out");
  const patch = new SCIMMY.Messages.PatchOp({
    schemas: [PATCH_URN],
    Operations: operations.map((one) => structuredClone(one)),
  });
  return (await patch.apply(resource, async (patched) => patched)) ?? user;
}

type Program = (user: JsonObject, operations: readonly TestOperation[]) => object | Promise<object>;

/**
 * What the other program refuses may succeed here: both refuse to remove what is not there, which a client that repeats a
 * request does.
 */
async function agreesWith(program: Program, operation: fc.Arbitrary<TestOperation>): Promise<number> {
  let compared = 0;
  const operations = fc.array(operation, { minLength: 1, maxLength: 5 });
  const agrees = async (user: JsonObject, list: readonly TestOperation[]): Promise<void> => {
    const theirs = await outcome(() => program(user, list));
    if (theirs === "refused") return;
    compared += 1;
    expect(await outcome(() => ours(user, list))).toEqual(theirs);
  };
  await fc.assert(fc.asyncProperty(users, operations, agrees), { numRuns: 500 });
  return compared;
}

describe("a PATCH against other programs", () => {
  /**
   * scim-patch knows no schema. So these are left out: it replaces a complex attribute whole without a path and merges it by
   * its path; it has two primary items; it does not make an item of `attribute[filter]` alone; it takes an item for another
   * when anything in it differs; it leaves an item without a value; it takes "False" for a text.
   */
  test("where scim-patch makes it, the user is the same after it", async () => {
    expect(await agreesWith(byScimPatch, fc.oneof(plain, ofClients))).toBeGreaterThan(100);
  });

  /** scimmy makes no item by its type (Entra's shape), and replaces a complex attribute whole. Those are left out. */
  test("where scimmy makes it, the user is the same after it", async () => {
    expect(await agreesWith(byScimmy, plain)).toBeGreaterThan(100);
  });
});
