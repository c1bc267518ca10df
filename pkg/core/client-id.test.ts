import { describe, expect, test } from "vitest";
import { hostAndPort, parseApiHost, parseClientId } from "./client-id.ts";

describe("a client id", () => {
  test.for([
    ["cool-name@tenant.conductor.one/pcc", "cool-name", "tenant.conductor.one", "tenant.conductor.one"],
    ["a@127.0.0.1:8443/x/y", "a", "127.0.0.1", "127.0.0.1:8443"],
    ["a@[::1]:8443/x", "a", "[::1]", "[::1]:8443"],
  ] as const)("%s has a name, a host without a port and an address", ([id, name, host, address]) => {
    expect(parseClientId(id)).toEqual({ id, name, host, address });
  });

  test.for([
    "",
    "name",
    "name@host",
    "@host/x",
    "name@/x",
    "na@me@host/x",
    "name@ho st/x",
    "name@host:port/x",
  ])("%o is refused with the form that it must have", (text) => {
    expect(() => parseClientId(text)).toThrow(/^client-id: .*host/);
  });

  test.for(["host/path", "user@host", "host?x", "host:99999", ""])("%o is no host", (text) => {
    expect(() => parseApiHost("BATON_C1_API_HOST", text)).toThrow(/^BATON_C1_API_HOST: /);
  });

  test("is connected to at port 443 unless it has another", () => {
    expect(hostAndPort("tenant.conductor.one")).toBe("tenant.conductor.one:443");
    expect(hostAndPort("127.0.0.1:8443")).toBe("127.0.0.1:8443");
  });
});
