import { describe, expect, test } from "vitest";
import {
  dialableHost,
  formatListenAddress,
  isLoopback,
  isLoopbackHost,
  isProtectedUrl,
  parseHost,
  parseListenAddress,
} from "./listen-address.ts";

const SHAPE = { problem: "must be host:port, [ipv6]:port or unix:/path, such as 127.0.0.1:50051" };

describe("a listen address", () => {
  test.for([
    ["127.0.0.1:50051", { kind: "tcp", host: "127.0.0.1", port: 50_051 }, "127.0.0.1:50051"],
    ["localhost:0", { kind: "tcp", host: "localhost", port: 0 }, "localhost:0"],
    ["[::1]:65535", { kind: "tcp", host: "::1", port: 65_535 }, "[::1]:65535"],
    ["[fe80::1%eth0]:1", { kind: "tcp", host: "fe80::1%eth0", port: 1 }, "[fe80::1%eth0]:1"],
    ["unix:/run/c.sock", { kind: "unix", path: "/run/c.sock" }, "unix:/run/c.sock"],
    ["unix:///run/c.sock", { kind: "unix", path: "/run/c.sock" }, "unix:/run/c.sock"],
    ["unix:relative.sock", { kind: "unix", path: "relative.sock" }, "unix:relative.sock"],
  ] as const)("%s is read, and written back", ([text, value, written]) => {
    expect(parseListenAddress(text)).toEqual({ value });
    expect(formatListenAddress(value)).toBe(written);
  });

  test.for([
    "",
    "127.0.0.1",
    ":50051",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "127.0.0.1:-1",
    "127.0.0.1:http",
    "127.0.0.1:1\n",
    "::1:50051",
    "[::1]",
    "[::1]1",
    "[127.0.0.1]:1",
    "[localhost]:1",
    "[]:1",
    "[::1%]:1",
    "[::1%a%b]:1",
    "http://127.0.0.1:1",
    "localhost.:1",
    "a..b:1",
    "-a:1",
    "two words:1",
    // Some resolvers read these as 127.0.0.1, others as a name.
    "127.1:1",
    "127.0.0.1.:1",
    "0177.0.0.1:1",
    "127.000.0.1:1",
    "127.0.0.256:1",
    "2130706433:1",
    "0x7f000001:1",
    "0x7f.0.0.1:1",
    "a.0x:1",
    "unix:",
    "unix:/a\0b",
  ])("%j is refused", (text) => {
    expect(parseListenAddress(text)).toEqual(SHAPE);
  });

  test("has no socket path that the system cannot take, counted in bytes", () => {
    expect(parseListenAddress(`unix:/${"x".repeat(102)}`)).toHaveProperty("value");
    for (const path of [`/${"x".repeat(103)}`, `/${"é".repeat(52)}`]) {
      expect(parseListenAddress(`unix:${path}`)).toEqual({
        problem: "names a socket path longer than 103 bytes, which no system takes; choose a shorter one",
      });
    }
  });
});

describe("only this machine", () => {
  test.for([
    "127.0.0.1",
    "127.8.9.255",
    "localhost",
    "LOCALHOST",
    "::1",
    "[::1]",
    "0:0:0:0:0:0:0:1",
    "[0:0:0:0:0:0:0:1]",
    "0000::0001",
    "::ffff:127.0.0.1",
    "::FFFF:7F00:1",
    "[0:0:0:0:0:FFFF:127.255.0.9]",
  ])("reaches %s", (host) => {
    expect(isLoopbackHost(host)).toBe(true);
    expect(isLoopback({ kind: "tcp", host: parseHost(host) ?? "refused", port: 1 })).toBe(true);
  });

  test("reaches a Unix socket", () => {
    expect(isLoopback({ kind: "unix", path: "s" })).toBe(true);
  });

  test.for([
    "",
    "[]",
    "0.0.0.0",
    "::",
    "[::]",
    "10.0.0.1",
    "128.0.0.1",
    "::2",
    "::ffff:10.0.0.1",
    "::ffff:0.0.0.0",
    "::ffff:0:127.0.0.1",
    "::127.0.0.1",
    "64:ff9b::127.0.0.1",
    "1::ffff:7f00:1",
    "::1%lo",
    "fe80::1%eth0",
    "localhost.",
    "x.localhost",
    "localhost.evil.org",
    "localhost\0",
    " localhost",
    "127.0.0.1.evil.org",
    "127.0.0.1.",
    "127.1",
    "127.999.0.1",
    "127.0.0.01",
    "0177.0.0.1",
    "2130706433",
    "0x7f000001",
    "::g",
    "::1/",
    "evil@::1",
    "ip6-localhost",
  ])("is not all that may reach %j", (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

describe("what is sent to a URL", () => {
  test.for([
    "https://idp.example.org/k",
    "http://127.0.0.1:8080/k",
    // The URL standard makes these 127.0.0.1 before anybody resolves them.
    "http://127.1/k",
    "http://0177.0.0.1/k",
    "http://2130706433/k",
    "http://[0:0:0:0:0:0:0:1]/k",
    "http://LocalHost/k",
    "HTTPS://idp/k",
  ])("%s is protected", (url) => {
    expect(isProtectedUrl(new URL(url))).toBe(true);
  });

  test.for([
    "http://idp.example.org/k",
    "http://localhost.evil.org/k",
    "http://localhost./k",
    "http://127.0.0.1@evil.org/k",
    "http://0.0.0.0/k",
    "http://[::]/k",
    "ftp://127.0.0.1/k",
  ])("%s is not", (url) => {
    expect(isProtectedUrl(new URL(url))).toBe(false);
  });
});

test.for([
  ["0.0.0.0", "127.0.0.1"],
  ["::", "::1"],
  ["0:0:0:0:0:0:0:0", "::1"],
  ["10.0.0.5", "10.0.0.5"],
  ["health.internal", "health.internal"],
] as const)("a server that listens on %s is reached at %s", ([host, dialled]) => {
  expect(dialableHost(host)).toBe(dialled);
});
