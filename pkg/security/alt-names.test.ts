import { describe, expect, test } from "vitest";
import { altNamesOf, nameTable } from "./alt-names.ts";

describe("the names of a certificate", () => {
  test.for([
    [undefined, []],
    ["", []],
    ["DNS:a.example.org", ["DNS:a.example.org"]],
    ["DNS:A.Example.ORG, email:Ada@Example.org", ["DNS:a.example.org", "email:Ada@Example.org"]],
    ["URI:spiffe://x/y, IP Address:127.0.0.1, DNS:b", ["URI:spiffe://x/y", "DNS:b"]],
    // One name that contains what looks like a second one.
    [String.raw`DNS:"evil\u002c DNS:good"`, ["DNS:evil, dns:good"]],
    [String.raw`URI:"http://x/\"\u002c DNS:good", DNS:b`, ['URI:http://x/", DNS:good', "DNS:b"]],
    ["othername:<unsupported>, DirName:CN = x", []],
  ] as const)("%j are %j", ([text, names]) => {
    expect(altNamesOf(text)).toEqual(names);
  });

  test("after one that cannot be read are ignored", () => {
    expect(altNamesOf('DNS:a"b, DNS:good')).toEqual([]);
  });
});

describe("the lists of names", () => {
  const table = nameTable({
    readers: ["DNS:reader.example.org", "email:ada@example.org"],
    provisioners: ["URI:spiffe://example.org/deploy", "DNS:both.example.org"],
  });

  test.for([
    [["DNS:reader.example.org"], { name: "certificate:DNS:reader.example.org", role: "read" }],
    [["DNS:other", "email:ada@example.org"], { name: "certificate:email:ada@example.org", role: "read" }],
    [
      ["URI:spiffe://example.org/deploy"],
      { name: "certificate:URI:spiffe://example.org/deploy", role: "provision" },
    ],
    [
      ["DNS:reader.example.org", "DNS:both.example.org"],
      { name: "certificate:DNS:both.example.org", role: "provision" },
    ],
    [["URI:spiffe://example.org/deploy2"], undefined],
    [["email:reader.example.org"], undefined],
    [["email:ADA@example.org"], undefined],
    [[], undefined],
  ] as const)("make of %j %o", ([names, caller]) => {
    expect(table?.(names)).toEqual(caller);
  });

  test("that are both empty make no table", () => {
    expect(nameTable({})).toBeUndefined();
    expect(nameTable({ readers: [], provisioners: [] })).toBeUndefined();
  });
});
