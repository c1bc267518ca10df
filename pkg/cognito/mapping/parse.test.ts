import type { UserType } from "@aws-sdk/client-cognito-identity-provider";
import { describe, expect, test } from "vitest";
import { GovernanceError } from "../../core/errors.ts";
import { parseAuthEvent, parseFlatUser, parseGroup, parseUser } from "./parse.ts";

const born = new Date("2024-02-03T04:05:06.789Z");
const changed = new Date("2025-02-03T04:05:06.789Z");
const whole: UserType = {
  Username: "ann",
  Enabled: false,
  UserStatus: "CONFIRMED",
  UserCreateDate: born,
  UserLastModifiedDate: changed,
  Attributes: [
    { Name: "sub", Value: "s-1" },
    { Name: "email", Value: "Ann@Example.com " },
    { Name: "custom:blank", Value: "" },
    { Name: "custom:none" },
    { Name: "identities", Value: "broken [" },
  ],
};

describe("a user", () => {
  test("mark 25: has its sub for identity and its Username for calls", () => {
    expect(parseUser("ListUsers", whole)).toEqual({
      sub: "s-1",
      username: "ann",
      enabled: false,
      status: "CONFIRMED",
      createdAt: born,
      modifiedAt: changed,
      attributes: new Map([
        ["sub", "s-1"],
        ["email", "Ann@Example.com "],
        ["custom:blank", ""],
        ["custom:none", ""],
        ["identities", "broken ["],
      ]),
      identities: [],
    });
  });

  test("reads the same from AdminGetUser, which calls the list UserAttributes", () => {
    const { Attributes, ...rest } = whole;
    expect(parseFlatUser({ ...rest, Username: "ann", UserAttributes: Attributes })).toEqual({
      ...parseUser("ListUsers", whole),
      factors: [],
      preferredFactor: undefined,
    });
  });

  test.for<[object, readonly string[]]>([
    [{ UserMFASettingList: ["SMS_MFA", "A_FACTOR_OF_2031"] }, ["SMS_MFA", "A_FACTOR_OF_2031"]],
    [{ MFAOptions: [{ DeliveryMedium: "SMS", AttributeName: "phone_number" }] }, ["SMS_MFA"]],
    [{ UserMFASettingList: ["SMS_MFA"], MFAOptions: [{ DeliveryMedium: "SMS" }] }, ["SMS_MFA"]],
    [{ UserMFASettingList: null, MFAOptions: "x" }, []],
  ])("reads the second factors of %j", ([more, factors]) => {
    const { Attributes, ...rest } = whole;
    expect(parseFlatUser({ ...rest, Username: "ann", UserAttributes: Attributes, ...more }).factors).toEqual(
      factors,
    );
  });

  test.for<[object, object]>([
    [
      { EventType: "SignIn", EventResponse: "Pass" },
      { kind: "SignIn", passed: true },
    ],
    [
      { EventType: "SignIn", EventResponse: "Fail" },
      { kind: "SignIn", passed: false },
    ],
    [
      { EventType: "SignIn", EventResponse: "InProgress" },
      { kind: "SignIn", passed: false },
    ],
    [{ EventType: "AN_EVENT_OF_2031" }, { kind: "AN_EVENT_OF_2031", passed: false }],
    [{ EventType: 7 }, { kind: "UNKNOWN", passed: false }],
  ])("reads the entry %j in the history of a user", ([raw, event]) => {
    const at = new Date("2026-10-01T12:00:00.100Z");
    const read = parseAuthEvent("AdminListUserAuthEvents", Object.assign({ CreationDate: at }, raw));
    expect(read).toEqual({ at, ...event });
  });

  test("an entry of the history without a date is no entry", () => {
    expect(() => parseAuthEvent("AdminListUserAuthEvents", { EventType: "SignIn" })).toThrow("CreationDate");
  });

  test.for(["CONFIRMED", "A_STATUS_OF_2031", "ARCHIVED"])("mark 32: status %s passes through", (status) => {
    // The SDK closes the set in its types; on the wire it is open.
    const raw: UserType = Object.assign({}, whole, { UserStatus: status });
    expect(parseUser("ListUsers", raw).status).toBe(status);
  });

  test("mark 32: without a status it is UNKNOWN", () => {
    const { UserStatus: _, ...rest } = whole;
    expect(parseUser("ListUsers", rest).status).toBe("UNKNOWN");
  });

  test("mark 27: names are taken as they come", () => {
    expect(parseUser("ListUsers", { ...whole, Username: "AnN" }).username).toBe("AnN");
  });

  test.for<[string, Partial<Record<keyof UserType, unknown>>]>([
    ["Username", { Username: undefined }],
    ["Username", { Username: "" }],
    ["Username", { Username: 7 }],
    ["sub", { Attributes: undefined }],
    ["sub", { Attributes: [{ Name: "email", Value: "x" }] }],
    ["sub", { Attributes: [{ Name: "sub", Value: "" }] }],
    ["sub", { Attributes: "sub" }],
    ["Enabled", { Enabled: undefined }],
    ["Enabled", { Enabled: "true" }],
    ["UserCreateDate", { UserCreateDate: undefined }],
    ["UserCreateDate", { UserCreateDate: new Date(Number.NaN) }],
    ["UserLastModifiedDate", { UserLastModifiedDate: undefined }],
  ])("without a valid %s is an error that names the member and no person: %j", ([member, over]) => {
    const raw: UserType = Object.assign({}, whole, over); // what the wire may really hold
    expect(() => parseUser("ListUsers", raw)).toThrow(GovernanceError);
    expect(() => parseUser("ListUsers", raw)).toThrow(new RegExp(`^ListUsers: .* ${member};`));
    expect(() => parseUser("ListUsers", raw)).not.toThrow(/ann/);
  });
});

describe("a group", () => {
  const group = { GroupName: 'a:b/c "d" 🙂', CreationDate: born, LastModifiedDate: changed };

  test("keeps its name bytewise and leaves absent what is absent", () => {
    expect(parseGroup("ListGroups", group)).toEqual({
      name: 'a:b/c "d" 🙂',
      description: undefined,
      roleArn: undefined,
      precedence: undefined,
      createdAt: born,
      modifiedAt: changed,
    });
  });

  test("precedence 0 is the strongest, not the absent one", () => {
    expect(parseGroup("ListGroups", { ...group, Precedence: 0 }).precedence).toBe(0);
  });

  test("an empty RoleArn, as one emulator sends it, is no role", () => {
    expect(parseGroup("ListGroups", { ...group, RoleArn: "", Description: "" })).toMatchObject({
      roleArn: undefined,
      description: undefined,
    });
  });

  test.for(["GroupName", "CreationDate", "LastModifiedDate"])("without %s is an error", (member) => {
    expect(() => parseGroup("ListGroups", { ...group, [member]: undefined })).toThrow(
      new RegExp(`^ListGroups: .* ${member};`),
    );
  });
});
