import { describe, expect, test } from "vitest";
import { formatListenAddress } from "../../core/listen-address.ts";
import { loaded, refusalOf, served, type Texts } from "../testing.fixture.ts";

const TLS = { "tls-cert-file": "tls.crt", "tls-key-file": "/etc/c/tls.key" };
const MTLS = { ...TLS, "tls-client-ca-file": "ca.crt" };
const JWT = { "jwt-issuer": "https://idp.example.com/", "jwt-audience": "connector" };

describe("the service", () => {
  test("is plain, of this machine, and for every caller when nothing is said", () => {
    const { config, warnings } = loaded("serve", {});
    expect(config.service).toEqual({
      listen: { kind: "tcp", host: "127.0.0.1", port: 50_051 },
      insecure: false,
      tls: undefined,
      tokensFile: undefined,
      jwt: undefined,
      graceMs: 25_000,
      maxQueueSeconds: 60,
      maxConnections: 2000,
      maxCalls: 2000,
      reflection: true,
    });
    expect(warnings).toEqual([]);
  });

  test.for([
    ["localhost:0", { kind: "tcp", host: "localhost", port: 0 }],
    ["127.9.9.9:1", { kind: "tcp", host: "127.9.9.9", port: 1 }],
    ["[::1]:50051", { kind: "tcp", host: "::1", port: 50_051 }],
    ["[0:0:0:0:0:0:0:1]:1", { kind: "tcp", host: "0:0:0:0:0:0:0:1", port: 1 }],
    ["unix:/run/c.sock", { kind: "unix", path: "/run/c.sock" }],
    ["unix:///run/c.sock", { kind: "unix", path: "/run/c.sock" }],
    ["unix:c.sock", { kind: "unix", path: "/nowhere/c.sock" }],
  ] as const)("listens on %s as %o, without TLS", ([listen, expected]) => {
    expect(served({ listen }).service.listen).toEqual(expected);
  });

  test("refuses a relative socket path that is too long once it is absolute", () => {
    const listen = `unix:${"a".repeat(100)}`;
    expect(refusalOf(() => served({ listen }))).toBe(
      "--listen: names a socket path longer than 103 bytes, which no system takes; choose a shorter one",
    );
  });

  test.for(["0.0.0.0:50051", "[::]:50051", "10.0.0.5:1", "connector.internal:50051"])(
    "listens on %s with TLS, or without where that is asked for",
    (listen) => {
      const behindTls = served({ listen, ...TLS }).service;
      const address = behindTls.listen === undefined ? "" : formatListenAddress(behindTls.listen);
      expect([address, behindTls.insecure]).toEqual([listen, false]);
      const bare = served({ listen, insecure: "true" }).service;
      expect(bare).toMatchObject({ listen: behindTls.listen, insecure: true, tls: undefined });
      expect(() => served({ listen })).toThrow(/^--listen: .* there is no TLS/);
    },
  );

  test("has absolute paths", () => {
    const { service } = served({ ...MTLS, "auth-tokens-file": "tokens" });
    expect(service.tls).toEqual({
      certFile: "/nowhere/tls.crt",
      keyFile: "/etc/c/tls.key",
      clientCaFile: "/nowhere/ca.crt",
      readers: [],
      provisioners: [],
    });
    expect(service.tokensFile).toBe("/nowhere/tokens");
  });

  test("knows the names of client certificates", () => {
    const flags = { ...MTLS, "tls-readers": "audit.example.com" };
    const env = { BATON_TLS_PROVISIONERS: "spiffe://example.com/c1, ops@example.com" };
    expect(served(flags, env).service.tls).toMatchObject({
      readers: ["DNS:audit.example.com"],
      provisioners: ["URI:spiffe://example.com/c1", "email:ops@example.com"],
    });
  });

  test("has the keys of JWTs by URL or from a file", () => {
    expect(served({ ...JWT, "jwt-jwks-url": "https://idp.example.com/jwks" }).service.jwt).toEqual({
      jwks: { kind: "url", url: new URL("https://idp.example.com/jwks") },
      issuer: "https://idp.example.com/",
      audience: "connector",
      roleClaim: "roles",
    });
    const byFile = { ...JWT, "jwt-jwks-file": "jwks.json", "jwt-role-claim": "https://example.com/roles" };
    expect(served(byFile).service.jwt).toMatchObject({
      jwks: { kind: "file", path: "/nowhere/jwks.json" },
      roleClaim: "https://example.com/roles",
    });
  });

  test.for([
    "http://127.0.0.1:8080/jwks",
    "http://localhost/jwks",
    "http://[::1]:1/jwks",
    "HTTPS://idp/jwks",
  ])("takes the keys of %s", (url) => {
    expect(served({ ...JWT, "jwt-jwks-url": url }).service.jwt?.jwks).toEqual({
      kind: "url",
      url: new URL(url),
    });
  });

  test("has its bounds", () => {
    const flags = {
      "grace-seconds": "3600",
      "max-connections": "1000000",
      "max-queue-seconds": "3600",
      "disable-reflection": "true",
    };
    expect(served(flags).service).toMatchObject({
      graceMs: 3_600_000,
      maxConnections: 1_000_000,
      maxQueueSeconds: 3600,
      reflection: false,
    });
  });

  test("is not asked for by other commands", () => {
    expect(loaded("sync", {}, { BATON_LISTEN: "0.0.0.0:1", BATON_GRACE_SECONDS: "x" }).warnings).toEqual([]);
  });
});

describe("warned of", () => {
  const OPEN = { listen: "0.0.0.0:1" };

  test.for<[string, Texts]>([
    ["without TLS", { ...OPEN, insecure: "true" }],
    ["with TLS", { ...OPEN, ...TLS }],
  ])("every caller of the network %s", ([, flags]) => {
    expect(loaded("serve", flags).warnings).toEqual([
      "--listen: every caller who can reach 0.0.0.0:1 is served; give tls-client-ca-file, auth-tokens-file or jwt-jwks-url to ask who calls",
    ]);
  });

  test("tokens in plain sight", () => {
    const flags = { ...OPEN, insecure: "true", "auth-tokens-file": "t" };
    expect(loaded("serve", flags).warnings).toEqual([
      "--listen: without TLS the callers' tokens can be read on their way to 0.0.0.0:1; give tls-cert-file",
    ]);
  });

  test.for<[string, Texts]>([
    ["client certificates", { ...OPEN, ...MTLS }],
    ["tokens over TLS", { ...OPEN, ...TLS, "auth-tokens-file": "t" }],
    ["JWTs over TLS", { ...OPEN, ...TLS, ...JWT, "jwt-jwks-file": "j" }],
    ["tokens on this machine", { "auth-tokens-file": "t" }],
  ])("not %s", ([, flags]) => {
    expect(loaded("serve", flags).warnings).toEqual([]);
  });
});

describe("refused with one line", () => {
  test.for<[string, Texts, string | RegExp]>([
    [
      "other machines without TLS",
      { listen: "0.0.0.0:50051" },
      "--listen: 0.0.0.0:50051 can be reached from other machines, and there is no TLS; give --tls-cert-file and --tls-key-file, or listen on 127.0.0.1, [::1], localhost or unix:/path (--insecure serves without)",
    ],
    ["every IPv6 interface without TLS", { listen: "[::]:1" }, /^--listen: \[::\]:1 can be reached/],
    [
      "a name that only seems to be of this machine",
      { listen: "localhost.example.com:1", insecure: "false" },
      /^--listen: localhost\.example\.com:1 can be reached/,
    ],
    [
      "TLS and no TLS",
      { ...TLS, insecure: "true" },
      "--insecure and --tls-cert-file exclude each other; keep one",
    ],
    [
      "insecure that is neither on nor off",
      { insecure: "maybe" },
      '--insecure: must be true or false, got "maybe"',
    ],
    [
      "a certificate without a key",
      { "tls-cert-file": "c" },
      "--tls-cert-file: needs tls-key-file as well; give --tls-key-file",
    ],
    ["a key without a certificate", { "tls-key-file": "k" }, /^--tls-key-file: needs tls-cert-file as well/],
    [
      "a path with a line break",
      { ...TLS, "tls-key-file": "a\nb" },
      /^--tls-key-file: must not contain line/,
    ],
    [
      "client certificates without TLS",
      { "tls-client-ca-file": "ca" },
      "--tls-client-ca-file: has no effect without tls-cert-file; give --tls-cert-file or leave it out",
    ],
    [
      "a CA with a control character",
      { ...TLS, "tls-client-ca-file": "a\u0000" },
      /^--tls-client-ca-file: must not contain/,
    ],
    [
      "names without client certificates",
      { ...TLS, "tls-readers": "a" },
      /^--tls-readers: has no effect without tls-client-ca-file/,
    ],
    [
      "provisioners without client certificates",
      { ...TLS, "tls-provisioners": "a" },
      /^--tls-provisioners: has no effect without tls-client-ca-file/,
    ],
    [
      "a pattern for a name",
      { ...MTLS, "tls-readers": "*.example.com" },
      /^--tls-readers: .*"\*\.example\.com" is a pattern, and names are compared whole, got /,
    ],
    [
      "an address for a name",
      { ...MTLS, "tls-provisioners": "10.0.0.1" },
      /^--tls-provisioners: .*"10\.0\.0\.1" is neither/,
    ],
    [
      "a name with both roles",
      { ...MTLS, "tls-readers": "a,B", "tls-provisioners": "DNS:b" },
      "--tls-readers: DNS:b is among tls-provisioners too; keep it in one of them",
    ],
    ["a token file with a line break", { "auth-tokens-file": "a\nb" }, /^--auth-tokens-file: must not/],
    [
      "keys over plain http",
      { ...JWT, "jwt-jwks-url": "http://idp.example.com/jwks" },
      '--jwt-jwks-url: must be an https:// URL, or http:// of this machine, such as https://idp.example.com/jwks, got "http://idp.example.com/jwks"',
    ],
    ["keys of no URL", { ...JWT, "jwt-jwks-url": "idp/jwks" }, /^--jwt-jwks-url: must be an https/],
    [
      "a password in the URL of the keys",
      { ...JWT, "jwt-jwks-url": "https://u:hunter2@idp/jwks" },
      '--jwt-jwks-url: must not contain a user name or a password, got "https://u:***@idp/jwks"',
    ],
    [
      "keys from two places",
      { ...JWT, "jwt-jwks-url": "https://idp/jwks", "jwt-jwks-file": "f" },
      "--jwt-jwks-url and --jwt-jwks-file exclude each other; keep one",
    ],
    [
      "keys by URL without an issuer",
      { "jwt-jwks-url": "https://idp/jwks" },
      /^--jwt-jwks-url: has no effect without jwt-issuer; give --jwt-issuer/,
    ],
    [
      "keys from a file without an audience",
      { "jwt-jwks-file": "f", "jwt-issuer": "i" },
      /^--jwt-jwks-file: has no effect without jwt-audience/,
    ],
    ["an issuer without an audience", { "jwt-issuer": "i" }, /^--jwt-issuer: needs jwt-audience as well/],
    ["an audience without an issuer", { "jwt-audience": "a" }, /^--jwt-audience: needs jwt-issuer as well/],
    [
      "an issuer without keys",
      JWT,
      "--jwt-issuer: has no effect without the keys of the tokens; give --jwt-jwks-url or --jwt-jwks-file, or leave it out",
    ],
    [
      "an issuer with a space",
      { "jwt-issuer": "i " },
      /^--jwt-issuer: must be printable ASCII without spaces/,
    ],
    ["an audience with a space", { "jwt-audience": "a b" }, /^--jwt-audience: must be printable/],
    ["a claim with a line break", { "jwt-role-claim": "a\n" }, /^--jwt-role-claim: must be printable/],
    [
      "a claim without JWTs",
      { "jwt-role-claim": "r" },
      /^--jwt-role-claim: has no effect without jwt-issuer/,
    ],
    ["no grace", { "grace-seconds": "0" }, '--grace-seconds: must be a whole number from 1 to 3600, got "0"'],
    ["too much grace", { "grace-seconds": "3601" }, /^--grace-seconds: must be a whole number/],
    [
      "no connection",
      { "max-connections": "0" },
      /^--max-connections: must be .* from 1 to 1000000, got "0"/,
    ],
    [
      "a queue that is too short",
      { "max-queue-seconds": "4" },
      /^--max-queue-seconds: must be .* from 5 to 3600/,
    ],
    ["no call", { "max-calls": "1" }, /^--max-calls: must be .* from 2 to 100000, got "1"/],
    ["too many connections", { "max-connections": "1000001" }, /^--max-connections: must be/],
    ["reflection half", { "disable-reflection": "some" }, /^--disable-reflection: must be true or false/],
  ])("%s", ([, flags, message]) => {
    expect(refusalOf(() => served(flags))).toEqual(typeof message === "string" ? message : like(message));
  });

  test("names the place that said it", () => {
    expect(refusalOf(() => served({}, { BATON_LISTEN: "0.0.0.0:1" }))).toMatch(
      /^BATON_LISTEN: 0\.0\.0\.0:1 /,
    );
    expect(refusalOf(() => served({}, { BATON_TLS_CERT_FILE: "c" }))).toMatch(/^BATON_TLS_CERT_FILE: needs /);
  });
});

function like(pattern: RegExp): unknown {
  return expect.stringMatching(pattern);
}
