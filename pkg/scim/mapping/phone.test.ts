import { describe, expect, test } from "vitest";
import { phoneText } from "./phone.ts";

describe("phoneText", () => {
  test.for([
    ["+15551234567", "+15551234567"],
    ["+1 (555) 123-4567", "+15551234567"],
    ["tel:+1-201-555-0123", "+12015550123"],
    ["TEL:+49.151.123", "+49151123"],
    [" +49\u00a0151\u2011123 ", "+49151123"],
    ["tel:+4915112345678;phone-context=example.com", "+4915112345678"],
    ["5551234567", undefined],
    ["0049151123", undefined],
    ["+49 (0)151 123", undefined],
    ["+49 (00) 151", undefined],
    ["tel:+1-201-555-0123;ext=12", undefined],
    ["tel:+1-201-555-0123;EXT=12", undefined],
    ["+1 555 CALL", undefined],
    ["+", undefined],
    ["", undefined],
    ["+1234567890123456", undefined],
  ] as const)("%j is %j", ([text, number]) => {
    expect(phoneText(text)).toBe(number);
  });
});
