import { describe, expect, test } from "vitest";
import { addressOfText, textOfAddress } from "./address.ts";

describe("an address", () => {
  test("is the JSON of OpenID Connect in the pool", () => {
    const address = {
      formatted: "1 Main St\nKöln",
      streetAddress: "1 Main St",
      locality: "Köln",
      region: "NRW",
      postalCode: "50667",
      country: "DE",
    };
    const text = textOfAddress({ ...address, type: "work", primary: true });
    expect(text).toBe(
      '{"formatted":"1 Main St\\nKöln","street_address":"1 Main St","locality":"Köln","region":"NRW","postal_code":"50667","country":"DE"}',
    );
    expect(addressOfText(text ?? "")).toEqual(address);
  });

  test.for([
    ["1 Main St", { formatted: "1 Main St" }],
    ["{not JSON", { formatted: "{not JSON" }],
    ["{}", { formatted: "{}" }],
    ['["a"]', { formatted: '["a"]' }],
    ['{"country":"DE","floor":3}', { country: "DE" }],
    ['{"country":7}', { formatted: '{"country":7}' }],
    ['{"__proto__":{"country":"DE"}}', { formatted: '{"__proto__":{"country":"DE"}}' }],
  ] as const)("%s in the pool is %j", ([text, address]) => {
    expect(addressOfText(text)).toEqual(address);
  });

  test("without a member that the pool holds is nothing", () => {
    expect(textOfAddress({ type: "work", country: " " })).toBeUndefined();
  });
});
