// Walks every generated descriptor: each rule that is declared anywhere is held at its edge and broken just beyond it.
import { readdirSync } from "node:fs";
import {
  create,
  type DescField,
  type DescFile,
  type DescMessage,
  getOption,
  hasOption,
  isFieldSet,
  type Message,
} from "@bufbuild/protobuf";
import { type Duration, DurationSchema } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import {
  type BytesRules,
  BytesRulesSchema,
  type DurationRules,
  DurationRulesSchema,
  EnumRulesSchema,
  type FieldRules,
  type Int64Rules,
  Int64RulesSchema,
  type RepeatedRules,
  RepeatedRulesSchema,
  rules as rulesOption,
  type StringRules,
  StringRulesSchema,
  type UInt32Rules,
  UInt32RulesSchema,
} from "../../gen/validate/validate_pb.ts";
import { findViolation } from "../constraints.ts";

/** One rule of one field: values that keep it, and values that break it and nothing else. `undefined` is "not set". */
interface Edge {
  readonly rule: string;
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
}

// gRPC's own health and reflection messages have no rules.
const generated = await generatedFiles(new URL("../../gen/", import.meta.url));
const files = generated.filter(({ name }) => name.startsWith("c1/"));
const messages = files.flatMap((file) => file.messages).flatMap(withNested);
const ruled = messages.flatMap((desc) => desc.fields).filter((field) => hasOption(field, rulesOption));
const requests = files.flatMap((file) => file.services).flatMap((service) => service.methods);

describe("the sweep", () => {
  test("sees every service, message and rule", () => {
    expect(files.flatMap((file) => file.services)).toHaveLength(17);
    expect(requests).toHaveLength(39);
    expect(ruled).toHaveLength(136);
  });
});

describe("preparing", () => {
  test.for(requests.map((method) => [method.toString(), method.input] as const))(
    "the request of %s finds an interpreter for each of its rules",
    ([, input]) => {
      expect(() => findViolation(input, create(input))).not.toThrow();
    },
  );

  test.for(messages.map((desc) => [desc.typeName, desc] as const))(
    "%s finds an interpreter for each of its rules",
    ([, desc]) => {
      expect(() => findViolation(desc, create(desc))).not.toThrow();
    },
  );
});

describe.for(ruled.map((field) => [`${field.parent.typeName}.${field.name}`, field] as const))(
  "%s",
  ([, field]) => {
    const rules = getOption(field, rulesOption);
    const edges = fieldEdges(field, rules);

    test("has an edge here for each rule that it declares", () => {
      expect(edges.map((edge) => edge.rule).toSorted()).toEqual(declaredRules(rules).toSorted());
    });

    test.for(edges.map((edge) => [edge.rule, edge] as const))("%s", ([, edge]) => {
      for (const value of edge.good)
        expect(findViolation(field.parent, holding(field, value))).toBeUndefined();
      for (const value of edge.bad) {
        const path = findViolation(field.parent, holding(field, value))?.path;
        expect(path?.replace("[0]", "")).toBe(field.name);
      }
    });
  },
);

function fieldEdges(field: DescField, rules: FieldRules): Edge[] {
  const required: Edge[] = rules.message?.required
    ? [{ rule: "message.required", good: [field.message && valid(field.message)], bad: [undefined] }]
    : [];
  return [...required, ...valueEdges(field, rules)];
}

function valueEdges(field: DescField, { type }: FieldRules): Edge[] {
  switch (type.case) {
    case undefined:
      return [];
    case "string":
      return stringEdges(type.value);
    case "bytes":
      return bytesEdges(type.value);
    case "uint32":
      return uint32Edges(type.value);
    case "int64":
      return int64Edges(type.value);
    case "enum":
      return [
        {
          rule: "enum.definedOnly",
          good: field.enum?.values.map((value) => value.number) ?? [],
          bad: [99, -1],
        },
      ];
    case "duration":
      return durationEdges(type.value);
    case "repeated":
      return repeatedEdges(field, type.value);
  }
}

function stringEdges(rules: StringRules): Edge[] {
  const { minLen, maxLen, minBytes, maxBytes, pattern, prefix, wellKnown, ignoreEmpty = false } = rules;
  const filler = prefix === undefined ? "" : `${prefix}a/`;
  const sized = (count: bigint, unit = "a"): string => filler + unit.repeat(Number(count) - filler.length);
  const edges: Edge[] = [];
  // Where the empty string passes, "at least one" cannot be broken: a string is empty or has one.
  const none = ignoreEmpty ? [] : [""];
  if (minLen !== undefined) edges.push({ rule: "string.minLen", good: ["é", "😀"], bad: none });
  if (minBytes !== undefined) edges.push({ rule: "string.minBytes", good: [filler || "a"], bad: none });
  if (maxLen !== undefined) {
    edges.push({ rule: "string.maxLen", good: [sized(maxLen, "😀")], bad: [sized(maxLen + 1n)] });
  }
  if (maxBytes !== undefined) {
    const bad = [sized(maxBytes + 1n), `${sized(maxBytes - 1n)}é`];
    edges.push({ rule: "string.maxBytes", good: [sized(maxBytes)], bad });
  }
  if (pattern !== undefined) edges.push({ rule: "string.pattern", ...patternEdges(pattern) });
  const [allowed] = rules.in;
  if (allowed !== undefined) edges.push({ rule: "string.in", good: rules.in, bad: [`${allowed}x`, "x"] });
  if (prefix !== undefined) edges.push({ rule: "string.prefix", good: [`${prefix}a`], bad: ["http://a"] });
  if (wellKnown.case === "email") edges.push({ rule: "string.email", good: ["a@b.c"], bad: ["", "a"] });
  if (wellKnown.case === "uri") edges.push({ rule: "string.uri", good: [filler], bad: [`${filler} b`] });
  if (ignoreEmpty) edges.push({ rule: "string.ignoreEmpty", good: [""], bad: [] });
  return edges;
}

/** The patterns that proto/ declares; a new one fails here until it has its edges. */
function patternEdges(pattern: string): Pick<Edge, "good" | "bad"> {
  switch (pattern) {
    case "^[A-Za-z0-9_-]+$":
      return { good: ["aZ09_-"], bad: ["a b", "a\n", "é"] };
    case "^[a-zA-Z0-9]{27}$":
      return { good: [taskId(0)], bad: ["", taskId(0).slice(1), `${taskId(0)}0`, `${taskId(0).slice(1)}-`] };
    case "^[a-zA-Z0-9]{27}|$":
      // The alternative binds weaker than the anchors, so that everything has its end: nothing breaks this one.
      return { good: [taskId(0), ""], bad: [] };
    default:
      throw new Error(`no edges are known for the pattern ${pattern}`);
  }
}

function taskId(index: number): string {
  return String(index).padStart(27, "a");
}

function bytesEdges({ minLen, maxLen, len }: BytesRules): Edge[] {
  const edges: Edge[] = [];
  if (len !== undefined) {
    edges.push({ rule: "bytes.len", good: [zeros(len)], bad: [zeros(len - 1n), zeros(len + 1n)] });
  }
  if (minLen !== undefined) edges.push({ rule: "bytes.minLen", good: [zeros(minLen)], bad: [] });
  if (maxLen !== undefined)
    edges.push({ rule: "bytes.maxLen", good: [zeros(maxLen)], bad: [zeros(maxLen + 1n)] });
  return edges;
}

function uint32Edges({ gt, lte, ignoreEmpty }: UInt32Rules): Edge[] {
  const edges: Edge[] = [];
  if (gt !== undefined) edges.push({ rule: "uint32.gt", good: [gt + 1], bad: [gt] });
  if (lte !== undefined) edges.push({ rule: "uint32.lte", good: [1, lte], bad: [lte + 1, 4_294_967_295] });
  if (ignoreEmpty) edges.push({ rule: "uint32.ignoreEmpty", good: [0], bad: [] });
  return edges;
}

function int64Edges({ gte, lte }: Int64Rules): Edge[] {
  const edges: Edge[] = [];
  if (gte !== undefined) edges.push({ rule: "int64.gte", good: [gte], bad: [gte - 1n, -1n] });
  if (lte !== undefined) edges.push({ rule: "int64.lte", good: [lte], bad: [lte + 1n] });
  return edges;
}

function durationEdges({ gte, lte }: DurationRules): Edge[] {
  const edges: Edge[] = [];
  if (gte !== undefined)
    edges.push({ rule: "duration.gte", good: [gte, undefined], bad: [duration(0n, -1)] });
  if (lte !== undefined) edges.push({ rule: "duration.lte", good: [lte], bad: [duration(lte.seconds, 1)] });
  return edges;
}

function repeatedEdges(field: DescField, rules: RepeatedRules): Edge[] {
  const { minItems, maxItems, unique, items } = rules;
  const edges: Edge[] = items === undefined ? [] : inList(valueEdges(field, items));
  if (minItems !== undefined)
    edges.push({ rule: "repeated.minItems", good: [list(field, minItems)], bad: [[]] });
  if (maxItems !== undefined) {
    const good = [list(field, maxItems)];
    edges.push({ rule: "repeated.maxItems", good, bad: [list(field, maxItems + 1n)] });
  }
  if (unique) {
    const [first, second] = list(field, 2n);
    edges.push({ rule: "repeated.unique", good: [[first, second]], bad: [[first, second, first]] });
  }
  return edges;
}

function inList(edges: readonly Edge[]): Edge[] {
  return edges.map(({ rule, good, bad }) => ({
    rule: `items.${rule}`,
    good: good.map((value) => [value]),
    bad: bad.map((value) => [value]),
  }));
}

function zeros(count: bigint): Uint8Array {
  return new Uint8Array(Number(count));
}

/** So many different items, each valid by itself. */
function list(field: DescField, count: bigint): readonly unknown[] {
  return Array.from({ length: Number(count) }, (_, index) => {
    if (field.message !== undefined) return valid(field.message);
    return field.enum === undefined ? taskId(index) : field.enum.values[index]?.number;
  });
}

/** The names of the rules that are set, read from the descriptor and not from the interpreter. */
function declaredRules(rules: FieldRules): string[] {
  const { type } = rules;
  const names = rules.message === undefined ? [] : ["message.required"];
  switch (type.case) {
    case undefined:
      return names;
    case "string":
      return [...names, ...setNames("string", StringRulesSchema, type.value)];
    case "bytes":
      return [...names, ...setNames("bytes", BytesRulesSchema, type.value)];
    case "uint32":
      return [...names, ...setNames("uint32", UInt32RulesSchema, type.value)];
    case "int64":
      return [...names, ...setNames("int64", Int64RulesSchema, type.value)];
    case "enum":
      return [...names, ...setNames("enum", EnumRulesSchema, type.value)];
    case "duration":
      return [...names, ...setNames("duration", DurationRulesSchema, type.value)];
    case "repeated": {
      const whole = setNames("repeated", RepeatedRulesSchema, type.value).filter(
        (name) => name !== "repeated.items",
      );
      const items = type.value.items === undefined ? [] : declaredRules(type.value.items);
      return [...names, ...whole, ...items.map((name) => `items.${name}`)];
    }
  }
}

function setNames(kind: string, schema: DescMessage, rules: Message): string[] {
  return schema.fields.filter((rule) => isFieldSet(rules, rule)).map((rule) => `${kind}.${rule.localName}`);
}

/** A message that breaks no rule, apart from what the value does to the field. */
function holding(field: DescField, value: unknown): Message {
  return Object.assign(valid(field.parent), propertyOf(field, value));
}

function valid(desc: DescMessage): Message {
  const message = create(desc);
  for (const field of desc.fields) {
    if (!hasOption(field, rulesOption) || field.oneof !== undefined) continue;
    const good = fieldEdges(field, getOption(field, rulesOption)).map((edge) => edge.good[0]);
    // A pattern, a form or a prefix is the narrower rule, and comes after the sizes.
    Object.assign(message, propertyOf(field, narrowest(field, good)));
  }
  for (const { fields } of desc.oneofs) {
    const [member] = fields;
    if (member?.message !== undefined) Object.assign(message, propertyOf(member, valid(member.message)));
  }
  return message;
}

function narrowest(field: DescField, values: readonly unknown[]): unknown {
  const short = values.filter((value) => typeof value !== "string" || value.length < 100);
  return field.fieldKind === "list" ? values[0] : short.at(-1);
}

function propertyOf(field: DescField, value: unknown): Record<string, unknown> {
  return field.oneof === undefined
    ? { [field.localName]: value }
    : { [field.oneof.localName]: { case: field.localName, value } };
}

function duration(seconds: bigint, nanos: number): Duration {
  return create(DurationSchema, { seconds, nanos });
}

function withNested(desc: DescMessage): DescMessage[] {
  return [desc, ...desc.nestedMessages.flatMap(withNested)];
}

async function generatedFiles(dir: URL): Promise<DescFile[]> {
  const found: DescFile[] = [];
  for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith("_pb.ts") || name.startsWith("validate")) continue;
    found.push(...(await import(new URL(name, dir).href).then(filesOf)));
  }
  return found;
}

function filesOf(module: Readonly<Record<string, unknown>>): DescFile[] {
  return Object.values(module).filter(isFile);
}

function isFile(value: unknown): value is DescFile {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "file";
}
