import { expect, test } from "vitest";
import { parseCertificateNames } from "./certificate-names.ts";

test("takes the three kinds, each once, as they are written", () => {
  const given =
    "c1.Example.com, ops+1@example.com,spiffe://example.org/ns/c1/sa/reader,runner_1,c1.Example.com";
  expect(parseCertificateNames(given)).toEqual({
    value: ["c1.Example.com", "ops+1@example.com", "spiffe://example.org/ns/c1/sa/reader", "runner_1"],
  });
});

test.for([
  ["a,,b", "a name is empty"],
  ["a,", "a name is empty"],
  ["*.example.com", '"*.example.com" is a pattern, and names are compared whole'],
  ["10.0.0.1", '"10.0.0.1" is none of them'],
  ["2001:db8::1", '"2001:db8::1" is none of them'],
  ["c1.example.com:443", '"c1.example.com:443" is none of them'],
  ["CN=c1", '"CN=c1" is none of them'],
  ["https://example.com/c1", '"https://example.com/c1" is none of them'],
  ["spiffe://Example.org/c1", '"spiffe://Example.org/c1" is none of them'],
  ["spiffe://example.org/c1/", '"spiffe://example.org/c1/" is none of them'],
  ["spiffe://example.org/../c1", '"spiffe://example.org/../c1" is none of them'],
  ["@example.com", '"@example.com" is none of them'],
  ["ops@", '"ops@" is none of them'],
  ["ops@10.0.0.1", '"ops@10.0.0.1" is none of them'],
  ["two words", '"two words" is none of them'],
] as const)("refuses %s: %s", ([given, what]) => {
  const parsed = parseCertificateNames(given);
  expect(parsed).toEqual({
    problem: `must be DNS names, e-mail addresses or spiffe:// URIs with commas between them, such as ci.example.com,spiffe://example.com/c1: ${what}`,
  });
});
