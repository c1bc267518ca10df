import { describe, expect, test } from "vitest";
import { chosenResources, formatChosenResources, resourceTypes, userFacts } from "./sync-shapes.ts";

const user = (resource: string) => ({ resourceType: "user", resource });
const group = (resource: string) => ({ resourceType: "group", resource });

describe("chosen resources", () => {
  test.for([
    ["bid:r:user/6f1c", [user("6f1c")]],
    ["bid:r:group/a\\:b\\/c\\\\d", [group("a:b/c\\d")]],
    ["bid:r:org/main/group/admins", [group("admins")]],
    ["user:6f1c,group:admins", [user("6f1c"), group("admins")]],
    ["group:a:b, group:c/d", [group("a:b"), group("c/d")]],
    ["group:a\\,b,bid:r:group/c\\,d", [group("a,b"), group("c,d")]],
    ["bid:r:group/ends\\\\,user:u", [group("ends\\"), user("u")]],
  ] as const)("%s", ([given, value]) => {
    expect(chosenResources(given)).toEqual({ value });
    expect(chosenResources(formatChosenResources(value) ?? "")).toEqual({ value });
  });

  test.for([
    "6f1c",
    "user:",
    "role:admins",
    "user:a,,user:b",
    "bid:r:user",
    "bid:r:user/",
    "bid:r:a/b/c",
    "bid:e:group/admins:member",
    "bid:r:group/a:b",
    "bid:r:group/a\\b",
    "bid:r:role/x",
  ])("%s is refused", (given) => {
    expect(chosenResources(given)).toEqual({ problem: expect.stringContaining("must be resources") });
  });
});

test("resource types are users and groups", () => {
  expect(resourceTypes("user")).toEqual({ value: ["user"] });
  expect(resourceTypes("group, user")).toEqual({ value: ["group", "user"] });
  expect(resourceTypes("role")).toEqual({
    problem: "must be one or more of user, group, separated by commas",
  });
});

test("facts of single users are named, each once, in any order", () => {
  expect(userFacts("last-sign-in, mfa,mfa")).toEqual({ value: ["mfa", "last-sign-in"] });
  expect(userFacts("mfa")).toEqual({ value: ["mfa"] });
  for (const given of ["mfa,", "MFA", "password", "mfa;last-sign-in"]) {
    expect(userFacts(given)).toEqual({
      problem: "must be one or more of mfa, last-sign-in, separated by commas",
    });
  }
});
