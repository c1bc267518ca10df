import { describe, expect, test } from "vitest";
import { isAbsoluteUri, isEmailAddress } from "./well-known.ts";

const label63 = "h".repeat(63);

describe("isEmailAddress()", () => {
  test.for([
    "ada@example.com",
    "ada.lovelace+tag@mail.example.co.uk",
    "o'brien@example.com",
    "ada@localhost",
    "ada@192.0.2.1",
    "ada@xn--bcher-kva.example",
    "jörg@example.com",
    '"ada lovelace"@example.com',
    '"a\\"b"@example.com',
    "Ada Lovelace <ada@example.com>",
    'Dr. "A, B" <ada@example.com>',
    "<ada@example.com>",
    `${"a".repeat(64)}@example.com`,
    `a@${label63}.example`,
    `a@${label63}.${label63}.${label63}.${"h".repeat(60)}`,
  ])("takes %s", (text) => {
    expect(isEmailAddress(text)).toBe(true);
  });

  test.for([
    ["empty", ""],
    ["no at sign", "ada"],
    ["no local part", "@example.com"],
    ["no host", "ada@"],
    ["two addresses", "ada@example.com, bob@example.com"],
    ["two at signs", "ada@bob@example.com"],
    ["an at sign in quotes", '"a@b"@example.com'],
    ["empty quotes", '""@example.com'],
    ["a dot at the start", ".ada@example.com"],
    ["a dot at the end of the local part", "ada.@example.com"],
    ["two dots", "a..b@example.com"],
    ["a blank inside", "ada lovelace@example.com"],
    ["a line break at the end", "ada@example.com\n"],
    ["a local part of 65 bytes", `${"a".repeat(65)}@example.com`],
    ["a local part of 66 bytes in 33 characters", `${"ö".repeat(33)}@example.com`],
    ["a host label of 64", `a@${label63}h.example`],
    ["an empty host label", "a@example..com"],
    ["a host that ends in a dot", "a@example.com."],
    ["a hyphen before a label", "a@-example.com"],
    ["a hyphen after a label", "a@example-.com"],
    ["an underscore in the host", "a@exa_mple.com"],
    ["a host beyond ASCII", "a@bücher.example"],
    ["an address literal", "a@[192.0.2.1]"],
    ["more than 254 bytes", `${"a".repeat(10)}@${label63}.${label63}.${label63}.${"h".repeat(60)}`],
    ["a bracket that is not closed", "Ada <ada@example.com"],
    ["a bracket that is not opened", "ada@example.com>"],
    ["a name with an open quote", 'Ada "L <ada@example.com>'],
  ] as const)("refuses %s", ([, text]) => {
    expect(isEmailAddress(text)).toBe(false);
  });

  test.for([
    ["words and no address", `${"a ".repeat(500_000)}<`],
    ["words before a bracket", `${"a.b ".repeat(250_000)}<x>`],
    ["a quote that never ends", `"${"a".repeat(1_000_000)}`],
    ["dots and letters", `${"a.".repeat(500_000)}@`],
    ["blanks", `${" ".repeat(1_000_000)}x@y`],
  ] as const)("answers for a megabyte of %s before the test's time is up", ([, text]) => {
    expect(isEmailAddress(text)).toBe(false);
  });
});

describe("isAbsoluteUri()", () => {
  test.for(["https://example.com", "https://example.com/a?b=c#d", "mailto:ada@example.com", "urn:uuid:1"])(
    "takes %s",
    (text) => {
      expect(isAbsoluteUri(text)).toBe(true);
    },
  );

  test.for([
    ["empty", ""],
    ["a path", "/groups/1"],
    ["a host alone", "example.com"],
    ["a scheme alone", "https:"],
    ["a blank", "https://example.com/a b"],
    ["a line break", "https://example.com/\na"],
    ["an invalid port", "https://example.com:port"],
  ] as const)("refuses %s", ([, text]) => {
    expect(isAbsoluteUri(text)).toBe(false);
  });
});
