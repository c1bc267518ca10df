import { expect, test } from "vitest";
import { MalformedAnswer } from "../failures/failure.ts";
import { pageLimit, toPage } from "./listing.ts";

const asIs = (_: unknown, raw: number) => raw;
const page = (list: readonly number[] | undefined, next: string | undefined, marker?: string) =>
  toPage("ListUsers", "Users", list, next, { marker }, asIs);

test.for([
  [undefined, 60],
  [1, 1],
  [60, 60],
  [61, 60],
  [1000, 60],
] as const)("mark 5: limit %s is sent as %i", ([limit, sent]) => {
  expect(pageLimit({ limit })).toBe(sent);
});

test.for([0, -1, 1.5, Number.NaN])("limit %s is refused before the call", (limit) => {
  expect(() => pageLimit({ limit })).toThrow(expect.objectContaining({ code: "invalid-argument" }));
});

test("mark 1: an empty page with a marker is a page, and not the end", () => {
  expect(page([], "m2", "m1")).toEqual({ items: [], next: "m2" });
});

test("mark 2: a short page is not the end", () => {
  expect(page([1, 2], "m1")).toEqual({ items: [1, 2], next: "m1" });
});

test.for([undefined, ""])("no marker is the end: %j", (next) => {
  expect(page([1], next, "m1").next).toBeUndefined();
});

test("mark 4: the marker that was just used, come again, is an error", () => {
  expect(() => page([1], "m1", "m1")).toThrow(
    expect.objectContaining({ code: "internal", message: expect.stringContaining("repeated a page marker") }),
  );
});

test("COGNITO-1: no list is a malformed answer and never an empty page", () => {
  expect(() => page(undefined, undefined)).toThrow(MalformedAnswer);
  expect(() => page(undefined, "m1")).toThrow(MalformedAnswer);
});
