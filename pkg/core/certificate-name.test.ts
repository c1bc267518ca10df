import { expect, test } from "vitest";
import { parseCertificateName } from "./certificate-name.ts";

test.for([
  ["Reader.example.org", "DNS:reader.example.org"],
  ["DNS:Reader.example.org", "DNS:reader.example.org"],
  ["runner_1", "DNS:runner_1"],
  ["Ada@Example.org", "email:Ada@Example.org"],
  ["email:ada@example.org", "email:ada@example.org"],
  ["spiffe://example.org/ns/Deploy", "URI:spiffe://example.org/ns/Deploy"],
  ["URI:spiffe://example.org/deploy", "URI:spiffe://example.org/deploy"],
] as const)("%s is %s", ([text, name]) => {
  expect(parseCertificateName(text)).toBe(name);
  expect(parseCertificateName(name)).toBe(name);
});

test.for([
  "",
  "a b",
  "10.0.0.1",
  "2001:db8::1",
  "*.example.org",
  "DNS:",
  "DNS:ada@example.org",
  "DNS:spiffe://example.org/a",
  "dns:example.org",
  "email:nobody",
  "ada@10.0.0.1",
  "URI:no-scheme",
  "URI:http://example.org",
  "spiffe://Example.org/a",
  "spiffe://example.org/../a",
  "CN=x",
  "a\n",
  "a".repeat(254),
])("%j is no name of a caller", (text) => {
  expect(parseCertificateName(text)).toBeUndefined();
});
