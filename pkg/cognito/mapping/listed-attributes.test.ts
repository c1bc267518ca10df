import { expect, test } from "vitest";
import { ListedAttributes } from "./listed-attributes.ts";

const LISTS: readonly (readonly [string, readonly object[]])[] = [
  ["none", []],
  [
    "some",
    [
      { Name: "sub", Value: "1" },
      { Name: "email", Value: "a@b.c" },
      { Name: "identities", Value: "[]" },
    ],
  ],
  [
    "a name twice",
    [
      { Name: "sub", Value: "1" },
      { Name: "sub", Value: "2" },
      { Name: "a", Value: "x" },
      { Name: "a", Value: "y" },
    ],
  ],
  [
    "a value that is not a text",
    [{ Name: "sub", Value: 7 }, { Name: "identities" }, { Name: "a", Value: null }],
  ],
  ["a name that is not a text", [{ Name: 7, Value: "x" }, { Value: "y" }, {}]],
];

/** As a map would have been filled. */
function filled(list: readonly object[]): ReadonlyMap<string, string> {
  const all = new Map<string, string>();
  for (const one of list) {
    const [name, value]: readonly unknown[] = [Reflect.get(one, "Name"), Reflect.get(one, "Value")];
    if (typeof name === "string") all.set(name, typeof value === "string" ? value : "");
  }
  return all;
}

/** The SDK does not check what a list holds. */
function attributesOf(list: readonly unknown[]): ReadonlyMap<string, string> {
  const made: unknown = Reflect.construct(ListedAttributes, [list]);
  if (made instanceof ListedAttributes) return made;
  throw new TypeError("not made");
}

test.for(LISTS)("the attributes of a list with %s are those of a map", ([, list]) => {
  const expected = filled(list);
  const listed = (): ReadonlyMap<string, string> => attributesOf(list);
  for (const name of ["sub", "identities", "a", "email", "none"]) {
    expect(listed().get(name)).toBe(expected.get(name));
    expect(listed().has(name)).toBe(expected.has(name));
  }
  expect(listed().size).toBe(expected.size);
  expect([...listed()]).toEqual([...expected]);
  expect([...listed().entries()]).toEqual([...expected]);
  expect([...listed().keys()]).toEqual([...expected.keys()]);
  expect([...listed().values()]).toEqual([...expected.values()]);
  const seen: [string, string][] = [];
  const whole = listed();
  whole.forEach((value, name, map) => {
    seen.push([name, value]);
    expect(map).toBe(whole);
  });
  expect(seen).toEqual([...expected]);
  expect(whole.get("sub")).toBe(expected.get("sub"));
});

test("a list with an item that is not an object fails at once, and not when somebody asks", () => {
  expect(() => attributesOf([{ Name: "sub", Value: "1" }, null])).toThrow(TypeError);
});
