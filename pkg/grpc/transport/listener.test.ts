import { describe, expect, test } from "vitest";
import { isLocal, parseListenAddress } from "../../core/listen-address.ts";
import { requireProtected } from "./listener.ts";

const nothing = { tls: false, insecure: false };

describe("a listen address", () => {
  test.for([
    ["127.0.0.1:50051", { kind: "tcp", host: "127.0.0.1", port: 50_051, target: "127.0.0.1:50051" }],
    ["localhost:0", { kind: "tcp", host: "localhost", port: 0, target: "localhost:0" }],
    ["[::1]:65535", { kind: "tcp", host: "::1", port: 65_535, target: "[::1]:65535" }],
    ["unix:/run/c.sock", { kind: "unix", path: "/run/c.sock", target: "unix:/run/c.sock" }],
    ["unix:///run/c.sock", { kind: "unix", path: "/run/c.sock", target: "unix:/run/c.sock" }],
  ] as const)("%s is read", ([text, expected]) => {
    expect(parseListenAddress(text)).toEqual(expected);
  });

  test.for([
    "",
    "127.0.0.1",
    ":50051",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "127.0.0.1:-1",
    "127.0.0.1:http",
    "::1:50051",
    "[::1]",
    "[127.0.0.1]:1",
    "http://127.0.0.1:1",
    "unix:",
    "unix:relative.sock",
    "unix:/a\0b",
    `unix:/${"x".repeat(103)}`,
  ])("%j is refused by name", (text) => {
    expect(() => parseListenAddress(text)).toThrow(/^listen: .*got "/);
  });
});

describe("plaintext", () => {
  test.for([
    "127.0.0.1:1",
    "127.8.9.1:1",
    "localhost:1",
    "LOCALHOST:1",
    "[::1]:1",
    "[0:0:0:0:0:0:0:1]:1",
    "unix:/s",
  ])("is given to %s", (text) => {
    expect(isLocal(parseListenAddress(text))).toBe(true);
    expect(() => requireProtected(parseListenAddress(text), nothing)).not.toThrow();
  });

  test.for([
    "0.0.0.0:1",
    "[::]:1",
    "10.0.0.1:1",
    "[::ffff:10.0.0.1]:1",
    "example.org:1",
    "127.0.0.1.example.org:1",
  ])("is refused to %s, which others can reach", (text) => {
    const address = parseListenAddress(text);
    expect(isLocal(address)).toBe(false);
    expect(() => requireProtected(address, nothing)).toThrow(/^listen: .* no TLS/);
    expect(() => requireProtected(address, { ...nothing, insecure: true })).not.toThrow();
    expect(() => requireProtected(address, { ...nothing, tls: true })).not.toThrow();
  });
});
