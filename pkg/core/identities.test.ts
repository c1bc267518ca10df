import { expect, test } from "vitest";
import { parseIdentities } from "./identities.ts";

test("mark 29: reads what Cognito writes, dateCreated in milliseconds", () => {
  const text =
    '[{"userId":"1135","providerName":"Google","providerType":"Google","issuer":null,"primary":true,"dateCreated":1682955829578}]';
  expect(parseIdentities(text)).toEqual([
    {
      providerName: "Google",
      providerType: "Google",
      userId: "1135",
      issuer: undefined,
      primary: true,
      createdAt: new Date("2023-05-01T15:43:49.578Z"),
    },
  ]);
});

test("mark 30: reads several, and members that are texts", () => {
  const text =
    '[{"userId":"a","providerName":"Okta","providerType":"SAML","issuer":"https://okta.example","primary":"false","dateCreated":"1682955829578"},{"userId":"b","providerName":"Entra","providerType":"OIDC","primary":"true","dateCreated":"soon"}]';
  expect(parseIdentities(text)).toMatchObject([
    {
      providerName: "Okta",
      issuer: "https://okta.example",
      primary: false,
      createdAt: new Date(1_682_955_829_578),
    },
    { providerName: "Entra", primary: true, createdAt: undefined },
  ]);
});

test.for([undefined, "", "nonsense", "{}", "null", "[1,null,[]]", '[{"userId":"x"}]', "[{"])(
  "text without identities yields none: %j",
  (text) => {
    expect(parseIdentities(text)).toEqual([]);
  },
);
