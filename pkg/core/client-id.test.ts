import { describe, expect, test } from "vitest";
import { hostAndPort, parseApiHost, parseClientId } from "./client-id.ts";

describe("a client id", () => {
  test.for([
    ["cool-name@tenant.conductor.one/pcc", "cool-name", "tenant.conductor.one", "tenant.conductor.one"],
    ["a@127.0.0.1:8443/x/y", "a", "127.0.0.1", "127.0.0.1:8443"],
    ["a@[::1]:8443/x", "a", "[::1]", "[::1]:8443"],
  ] as const)("%s has a name, a host without a port and an address", ([id, name, host, address]) => {
    expect(parseClientId(id)).toEqual({ value: { id, name, host, address } });
  });

  test.for([
    "",
    "name",
    "name@host",
    "@host/x",
    "name@/x",
    "na@me@host/x",
    "na me@host/x",
    "name@ho st/x",
    "name@host:port/x",
    "name@host/a b",
    // A header cannot hold these.
    "naïve@host/x",
    "na\r\nme@host/x",
    "🦊@host/x",
  ])("%o is refused with the form that it must have", (text) => {
    expect(parseClientId(text)).toEqual({
      problem: expect.stringContaining("cool-name@tenant.conductor.one/abc"),
    });
  });
});

describe("the host of the platform's API", () => {
  test.for(["tenant.conductor.one", "127.0.0.1:8443", "[::1]:8443"])("may be %s", (text) => {
    expect(parseApiHost(text)).toEqual({ value: text });
  });

  test.for([
    "https://host",
    "host/path",
    "host\\path",
    "user@host",
    "host?x",
    "host#x",
    "host:99999",
    "a b",
    "",
  ])("is not %o", (text) => {
    expect(parseApiHost(text)).toEqual({ problem: expect.stringContaining("a host with an optional port") });
  });

  test("is connected to at port 443 unless it has another", () => {
    expect(hostAndPort("tenant.conductor.one")).toBe("tenant.conductor.one:443");
    expect(hostAndPort("127.0.0.1:8443")).toBe("127.0.0.1:8443");
  });
});
