// Descriptors sketched in the test, for what proto/ does not contain: shapes that may come, and rules that must not.
import {
  create,
  createFileRegistry,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  setExtension,
} from "@bufbuild/protobuf";
import {
  type FieldDescriptorProto,
  FieldDescriptorProtoSchema,
  FieldDescriptorProto_Label as FieldLabel,
  type FieldOptions,
  FieldOptionsSchema,
  FieldDescriptorProto_Type as FieldType,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import { FieldRulesSchema, rules as rulesOption, StringRulesSchema } from "../../gen/validate/validate_pb.ts";
import { findViolation } from "../constraints.ts";
import { expectInterpreted } from "./interpreted.ts";

describe("shapes that no message of ours has yet", () => {
  const short: Rules = { type: { case: "string", value: { minBytes: 1n, maxBytes: 3n } } };

  test("a message type that holds itself is checked all the way down", () => {
    const node = described(
      { name: "name", rules: { type: { case: "string", value: { maxBytes: 3n } } } },
      { name: "next", type: FieldType.MESSAGE, typeName: ".test.Subject" },
      { name: "others", type: FieldType.MESSAGE, typeName: ".test.Subject", repeated: true },
    );
    const leaf = Object.assign(create(node), { name: "long" });
    const middle = Object.assign(create(node), { others: [create(node), leaf] });
    const root = Object.assign(create(node), { next: middle });
    expect(findViolation(node, middle.others[0] ?? root)).toBeUndefined();
    expect(findViolation(node, root)).toEqual({
      path: "next.others[1].name",
      problem: "must be at most 3 bytes, got 4",
    });
  });

  test("messages in a map are checked, and their keys stay out of the path", () => {
    const node = described(
      { name: "name", rules: { type: { case: "string", value: { maxBytes: 3n } } } },
      { name: "by_key", type: FieldType.MESSAGE, typeName: ".test.Subject.ByKeyEntry", repeated: true },
    );
    const leaf = Object.assign(create(node), { name: "long" });
    const root = Object.assign(create(node), { byKey: { a: create(node), "ada@example.com": leaf } });
    expect(findViolation(node, root)).toEqual({
      path: "by_key[1].name",
      problem: "must be at most 3 bytes, got 4",
    });
  });

  test("an optional scalar is checked when it is set, be it empty", () => {
    const node = described({ name: "name", optional: true, rules: short });
    expect(findViolation(node, create(node))).toBeUndefined();
    expect(findViolation(node, Object.assign(create(node), { name: "" }))?.path).toBe("name");
  });

  test("a scalar without presence is checked in any case", () => {
    const node = described({ name: "name", rules: short });
    expect(findViolation(node, create(node))?.path).toBe("name");
  });
});

describe("a rule that nothing interprets fails when its message type is first seen", () => {
  const oneName: FieldSketch = { name: "name" };
  const child: FieldSketch = { name: "next", type: FieldType.MESSAGE, typeName: ".test.Subject" };
  const uint32: Rules = { type: { case: "uint32", value: { lte: 1 } } };
  const required: Rules = { message: { required: true } };
  const unique: Rules = { type: { case: "repeated", value: { unique: true } } };

  test.for([
    // Field 1 is FloatRules and StringRules has its suffix in field 8: real rules that our validate.proto leaves out.
    [
      "a kind of rule that we do not declare",
      { ...oneName, ruleBytes: [0x0a, 0x00] },
      /FieldRules does not declare/,
    ],
    [
      "a rule that we do not declare",
      { ...oneName, ruleBytes: [0x72, 3, 0x42, 1, 0x78] },
      /StringRules does not declare/,
    ],
    ["rules of another type", { ...oneName, rules: uint32 }, /rules for UINT32 on another type/],
    [
      "enum rules of a string",
      { ...oneName, rules: { type: { case: "enum", value: { definedOnly: true } } } },
      /EnumRules of another type/,
    ],
    [
      "duration rules of another message",
      { ...child, rules: { type: { case: "duration", value: {} } } },
      /DurationRules of another type/,
    ],
    ["list rules of a single value", { ...oneName, rules: unique }, /RepeatedRules of a single value/],
    ["other rules of a list", { ...oneName, repeated: true, rules: uint32 }, /a list without list rules/],
    ["unique messages", { ...child, repeated: true, rules: unique }, /unique on messages or bytes/],
    [
      "unique byte strings",
      { ...oneName, type: FieldType.BYTES, repeated: true, rules: unique },
      /unique on messages/,
    ],
    [
      "required list items",
      { ...child, repeated: true, rules: { type: { case: "repeated", value: { items: required } } } },
      /MessageRules of list items/,
    ],
    ["a required scalar", { ...oneName, rules: required }, /MessageRules anywhere but on a single message/],
    ["a required member of a oneof", { ...child, oneof: true, rules: required }, /outside a oneof/],
    [
      "rules of a map",
      {
        name: "by_key",
        type: FieldType.MESSAGE,
        typeName: ".test.Subject.ByKeyEntry",
        repeated: true,
        rules: unique,
      },
      /rules of a map/,
    ],
  ] as const satisfies readonly (readonly [string, FieldSketch, RegExp])[])("%s", ([, sketch, message]) => {
    const node = described(sketch);
    const check = () => findViolation(node, create(node));
    expect(check).toThrow(expect.objectContaining({ code: "internal" }));
    expect(check).toThrow(message);
    expect(check).toThrow(`test.Subject.${sketch.name}: `);
  });

  test("also where the rule is in a message that this one can contain", () => {
    const parent = described({ name: "child", type: FieldType.MESSAGE, typeName: ".test.Other" });
    expect(() => findViolation(parent, create(parent))).toThrow(/test\.Other\.name: nothing interprets/);
  });

  test("also a rule that validate.proto has and its interpreter does not name", () => {
    const [field] = described(oneName).fields;
    const rules = create(StringRulesSchema, { pattern: "^a$" });
    expect(() => field && expectInterpreted(field, StringRulesSchema, rules, ["prefix"])).toThrow(
      /nothing interprets StringRules\.pattern/,
    );
    expect(() => field && expectInterpreted(field, StringRulesSchema, rules, ["pattern"])).not.toThrow();
  });
});

type Rules = MessageInitShape<typeof FieldRulesSchema>;

interface FieldSketch {
  readonly name: string;
  readonly type?: FieldType;
  readonly typeName?: string;
  readonly repeated?: boolean;
  readonly optional?: boolean;
  readonly oneof?: boolean;
  readonly rules?: Rules;
  /** A FieldRules message in wire form, for what our validate.proto cannot say. */
  readonly ruleBytes?: readonly number[];
}

/** `test.Subject` with these fields, beside `test.Other`, whose one rule has the wrong type. */
function described(...sketches: readonly FieldSketch[]): DescMessage {
  const other: FieldSketch = { name: "name", rules: { type: { case: "uint32", value: { lte: 1 } } } };
  const key: FieldSketch = { name: "key" };
  const value: FieldSketch = { name: "value", type: FieldType.MESSAGE, typeName: ".test.Subject" };
  const byKey = { name: "ByKeyEntry", field: fieldsOf([key, value]), options: { mapEntry: true } };
  const oneofDecl = sketches.filter((sketch) => inOneof(sketch)).map(({ name }) => ({ name: `_${name}` }));
  const subject = { name: "Subject", field: fieldsOf(sketches), oneofDecl, nestedType: [byKey] };
  const file = {
    name: "test.proto",
    package: "test",
    syntax: "proto3",
    messageType: [subject, { name: "Other", field: fieldsOf([other]) }],
  };
  const desc = createFileRegistry(create(FileDescriptorSetSchema, { file: [file] })).getMessage(
    "test.Subject",
  );
  if (desc === undefined) throw new Error("the sketch has no test.Subject");
  return desc;
}

function fieldsOf(sketches: readonly FieldSketch[]): FieldDescriptorProto[] {
  const oneofs = sketches.filter((sketch) => inOneof(sketch));
  return sketches.map((sketch, index) =>
    create(FieldDescriptorProtoSchema, {
      name: sketch.name,
      number: index + 1,
      type: sketch.type ?? FieldType.STRING,
      typeName: sketch.typeName ?? "",
      label: sketch.repeated ? FieldLabel.REPEATED : FieldLabel.OPTIONAL,
      proto3Optional: sketch.optional ?? false,
      ...(inOneof(sketch) ? { oneofIndex: oneofs.indexOf(sketch) } : {}),
      ...optionsOf(sketch),
    }),
  );
}

function inOneof({ optional, oneof }: FieldSketch): boolean {
  return optional === true || oneof === true;
}

function optionsOf({ rules, ruleBytes }: FieldSketch): { options?: FieldOptions } {
  if (rules === undefined && ruleBytes === undefined) return {};
  const value = ruleBytes
    ? fromBinary(FieldRulesSchema, new Uint8Array(ruleBytes))
    : create(FieldRulesSchema, rules);
  const options = create(FieldOptionsSchema);
  setExtension(options, rulesOption, value);
  return { options };
}
