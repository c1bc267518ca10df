import { Buffer } from "node:buffer";
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { timed } from "../../test/support/cpu-time.ts";
import { GrantSchema } from "../gen/c1/connector/v2/grant_pb.ts";
import {
  CreateAccountRequestSchema,
  ResourcesServiceListResourcesRequestSchema,
  ResourceTypeSchema,
} from "../gen/c1/connector/v2/resource_pb.ts";
import { checkMessageFields } from "./message-fields.ts";

const TOO_MANY = /^the request has more than 20000 fields; send smaller lists$/;

function account(request: MessageInitShape<typeof CreateAccountRequestSchema>): Uint8Array {
  return toBinary(CreateAccountRequestSchema, create(CreateAccountRequestSchema, request));
}

/** A field of bytes: its number, its length, itself. */
function field(number: number, bytes: Uint8Array): Buffer<ArrayBuffer> {
  const length: number[] = [];
  for (let left = bytes.byteLength; ; left >>>= 7) {
    length.push(left > 0x7f ? (left & 0x7f) | 0x80 : left);
    if (left <= 0x7f) break;
  }
  return Buffer.concat([Buffer.of((number << 3) | 2, ...length), bytes]);
}

describe("a request is refused before it is decoded", () => {
  test("with a profile of 200,000 members", () => {
    const profile = Object.fromEntries(Array.from({ length: 200_000 }, (_, at) => [`m${at}`, 1]));
    const bytes = account({ accountInfo: { profile } });
    const { ms } = timed(() =>
      expect(() => checkMessageFields("request", CreateAccountRequestSchema, bytes)).toThrow(TOO_MANY),
    );
    expect(ms).toBeLessThan(500);
  });

  test("with two million empty messages in a list", () => {
    // Field 3, encryption_configs, of length 0.
    const bytes = Buffer.alloc(4 * 1024 * 1024, Buffer.of(0x1a, 0));
    expect(() => checkMessageFields("request", CreateAccountRequestSchema, bytes)).toThrow(TOO_MANY);
  });

  test("an answer has its own word", () => {
    const bytes = Buffer.alloc(4 * 1024 * 1024, Buffer.of(0x1a, 0));
    expect(() => checkMessageFields("answer", CreateAccountRequestSchema, bytes)).toThrow(
      /^the answer has more than 20000 fields/,
    );
  });

  test("with two million fields that are not known", () => {
    const bytes = Buffer.alloc(4 * 1024 * 1024, Buffer.of(0x78, 1));
    expect(() => checkMessageFields("request", CreateAccountRequestSchema, bytes)).toThrow(TOO_MANY);
  });

  test("with a map of 30,000 entries", () => {
    const entry = Buffer.from("0a001200", "hex");
    const entries = Buffer.concat(
      Array.from({ length: 30_000 }, () => Buffer.concat([Buffer.of(0x0a, 4), entry])),
    );
    // The sources of a grant.
    expect(() => checkMessageFields("request", GrantSchema, field(5, entries))).toThrow(TOO_MANY);
  });

  test("with a packed list of 50,000 numbers", () => {
    // The traits of a resource type, one byte each.
    const traits = field(3, Buffer.alloc(50_000, 1));
    expect(() => checkMessageFields("request", ResourceTypeSchema, traits)).toThrow(TOO_MANY);
  });

  test("with an annotation of a megabyte", () => {
    const annotations = [{ typeUrl: "type.googleapis.com/x", value: new Uint8Array(1024 * 1024) }];
    const schema = ResourcesServiceListResourcesRequestSchema;
    const bytes = toBinary(schema, create(schema, { resourceTypeId: "user", annotations }));
    expect(() => checkMessageFields("request", schema, bytes)).toThrow(
      /an annotation has 1048579 bytes, and may have/,
    );
  });
});

describe("a request is left to the decoder", () => {
  const large = Object.fromEntries(
    Array.from({ length: 400 }, (_, at) => [`m${at}`, ["x".repeat(100), { deep: [1, 2, 3] }]]),
  );

  test.for([
    ["with a long text", () => account({ accountInfo: { login: "x".repeat(3_000_000) } })],
    ["with the fields of a large account", () => account({ accountInfo: { profile: large } })],
    ["that is deeper than it decodes", () => field(1, field(4, profiles(3000)))],
    ["that is not a message", () => Buffer.alloc(100_000, 0xff)],
  ] as const)("%s", ([, bytes]) => {
    expect(() => checkMessageFields("request", CreateAccountRequestSchema, bytes())).not.toThrow();
  });
});

/** Profile in profile: a Struct holds an entry, its value is field 2, and field 5 of that the next Struct. */
function profiles(depth: number): Buffer {
  let nested = Buffer.alloc(0);
  for (let level = 0; level < depth; level += 1) {
    nested = field(1, Buffer.concat([field(1, Buffer.from("k")), field(2, field(5, nested))]));
  }
  return nested;
}
