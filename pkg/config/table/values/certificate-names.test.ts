import { expect, test } from "vitest";
import { parseCertificateNames } from "./certificate-names.ts";

test("takes the three kinds, each once, DNS names in lower case", () => {
  const given =
    "c1.Example.com, Ops+1@Example.com,spiffe://example.org/ns/c1/sa/Reader,runner_1,C1.example.com";
  expect(parseCertificateNames(given)).toEqual({
    value: [
      "DNS:c1.example.com",
      "email:Ops+1@Example.com",
      "URI:spiffe://example.org/ns/c1/sa/Reader",
      "DNS:runner_1",
    ],
  });
});

test("takes the kind in front, as certificates are printed", () => {
  const given = "DNS:ci.example.com,email:ops@example.com,URI:spiffe://example.org/c1,ci.example.com";
  expect(parseCertificateNames(given)).toEqual({
    value: ["DNS:ci.example.com", "email:ops@example.com", "URI:spiffe://example.org/c1"],
  });
});

test.for([
  ["a,,b", "a name is empty"],
  ["a,", "a name is empty"],
  ["*.example.com", '"*.example.com" is a pattern, and names are compared whole'],
  ["10.0.0.1", '"10.0.0.1" is neither'],
  ["2001:db8::1", '"2001:db8::1" is neither'],
  ["c1.example.com:443", '"c1.example.com:443" is neither'],
  ["DNS:ops@example.com", '"DNS:ops@example.com" is neither'],
  ["email:example.com", '"email:example.com" is neither'],
  ["IP Address:10.0.0.1", '"IP Address:10.0.0.1" is neither'],
  ["CN=c1", '"CN=c1" is neither'],
  ["https://example.com/c1", '"https://example.com/c1" is neither'],
  ["spiffe://Example.org/c1", '"spiffe://Example.org/c1" is neither'],
  ["spiffe://example.org/c1/", '"spiffe://example.org/c1/" is neither'],
  ["spiffe://example.org/../c1", '"spiffe://example.org/../c1" is neither'],
  ["@example.com", '"@example.com" is neither'],
  ["ops@", '"ops@" is neither'],
  ["ops@10.0.0.1", '"ops@10.0.0.1" is neither'],
  ["two words", '"two words" is neither'],
] as const)("refuses %s: %s", ([given, what]) => {
  const parsed = parseCertificateNames(given);
  expect(parsed).toEqual({
    problem: `must be DNS names, e-mail addresses or spiffe:// URIs with commas between them, such as ci.example.com,spiffe://example.com/c1: ${what}`,
  });
});
