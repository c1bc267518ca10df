import { describe, expect, test } from "vitest";
import { refusalOf, served } from "../testing.fixture.ts";

const scim = (flags: Readonly<Record<string, string>> = {}) => served({ scim: "true", ...flags }).scim;

describe("SCIM", () => {
  test("is off, and with --scim has the values of the documents", () => {
    expect(served({}).scim).toBeUndefined();
    expect(scim()).toEqual({
      listen: { kind: "tcp", host: "127.0.0.1", port: 8090 },
      baseUrl: undefined,
      externalIdAttribute: undefined,
      displayNameAttribute: undefined,
      attributeLabels: {
        externalId: "scim-external-id-attribute",
        displayName: "scim-display-name-attribute",
      },
      deprovision: "delete",
      password: "ignore",
      profile: "strict",
      verified: ["email", "phone"],
      groupFromUser: false,
      ratePerSecond: 50,
      patchAnswer: "auto",
    });
  });

  test.for([
    ["https://scim.example.com/scim/v2", "https://scim.example.com/scim/v2"],
    ["https://scim.example.com/scim/v2//", "https://scim.example.com/scim/v2"],
    ["https://scim.example.com", "https://scim.example.com/scim/v2"],
    ["http://10.0.0.5:8080/people/", "http://10.0.0.5:8080/people"],
  ])("has the base URL %s as %s", ([given = "", url]) => {
    expect(scim({ "scim-base-url": given })?.baseUrl).toBe(url);
  });

  test.for([
    "https://scim.example.com/us-east-1_AbCdEfGhI",
    "https://scim_test.example.com/scim/v2",
    "https://user:secret@scim.example.com/",
    "https://scim.example.com/?a=b",
    "https://scim.example.com/#a",
    "ftp://scim.example.com/",
    "scim.example.com",
  ])("refuses the base URL %s", (url) => {
    expect(refusalOf(() => scim({ "scim-base-url": url }))).toMatch(
      url.includes("_")
        ? /^--scim-base-url: must not contain an underscore/
        : /^--scim-base-url: must be the http:\/\/ or https:\/\/ URL that clients use/,
    );
  });

  test.for([
    ["email", ["email"]],
    ["phone, email", ["email", "phone"]],
    ["none", []],
  ] as const)("takes %s as verified", ([given, verified]) => {
    expect(scim({ "scim-verified": given })?.verified).toEqual(verified);
  });

  test.for(["mail", "email,none", ","])("refuses to take %s as verified", (given) => {
    expect(refusalOf(() => scim({ "scim-verified": given }))).toMatch(
      /^--scim-verified: must be email, phone/,
    );
  });

  test.for(["email", "custom:", "custom:a b", `custom:${"x".repeat(21)}`])(
    "keeps neither externalId nor displayName in the attribute %s",
    (name) => {
      for (const setting of ["scim-external-id-attribute", "scim-display-name-attribute"])
        expect(refusalOf(() => scim({ [setting]: name }))).toContain(
          "must be the name of a custom attribute",
        );
    },
  );
});
