// Authentication and roles: each kind of credentials with a real client, and each reason to refuse one.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import { connect as connectNet, createServer as createNetServer } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Clocks, systemClocks } from "../pkg/core/clock.ts";
import type { JwtSettings, TlsSettings } from "../pkg/core/security-settings.ts";
import { ActionService } from "../pkg/gen/c1/connector/v2/action_pb.ts";
import { GrantManagerService } from "../pkg/gen/c1/connector/v2/grant_pb.ts";
import { ResourceTypesService } from "../pkg/gen/c1/connector/v2/resource_pb.ts";
import { RateLimitDescription_Status, RateLimiterService } from "../pkg/gen/c1/ratelimit/v1/ratelimit_pb.ts";
import { Health } from "../pkg/gen/grpc/health/v1/health_pb.ts";
import { createAuthority, type KeyAndCertificate } from "./support/certificates.ts";
import type { CallOptions, GrpcTestClient } from "./support/grpc-client.ts";
import { type SecureHarness, useSecureServer } from "./support/secure-server.ts";

const stage = useSecureServer(afterEach);

const { listResourceTypes } = ResourceTypesService.method;
const { grant } = GrantManagerService.method;
const { invokeAction } = ActionService.method;

const entitlement = {
  id: "group:admins:member",
  resource: { id: { resourceType: "group", resource: "admins" } },
};
const granting = { entitlement, principal: { id: { resourceType: "user", resource: "sub-1" } } };

const ours = createAuthority("ours");
const theirs = createAuthority("theirs");
const server = ours.issue({ names: ["IP:127.0.0.1", "DNS:localhost"] });
const reader = ours.issue({ names: ["DNS:reader.example.org"] });
const provisioner = ours.issue({ names: ["URI:spiffe://example.org/deploy"] });

/** The codes of a read and of a write. */
async function codes(client: GrpcTestClient, options?: CallOptions): Promise<readonly string[]> {
  const read = await client.unary(listResourceTypes, {}, options);
  const write = await client.unary(grant, granting, options);
  return [read.code, write.code];
}

function requesters({ writes }: SecureHarness): unknown[] {
  return writes.map(({ args }) => args.at(-1)).map((context) => context);
}

function tlsFiles(more: Partial<TlsSettings> = {}, { key, cert } = server): TlsSettings {
  return {
    certFile: stage.file("server.pem", cert),
    keyFile: stage.file("server.key", key),
    ...more,
  };
}

function mutual(more: Partial<TlsSettings> = {}): TlsSettings {
  return tlsFiles({ clientCaFile: stage.file("ca.pem", ours.cert), ...more });
}

const NAMES = {
  readers: ["DNS:reader.example.org"],
  provisioners: ["URI:spiffe://example.org/deploy"],
} as const;

describe("plaintext", () => {
  test("on a loopback address lets every caller do everything, under the name of the peer", async () => {
    const harness = await stage.start();
    expect(await codes(harness.connect())).toEqual(["OK", "OK"]);
    const peer = harness.events.at(-1)?.peer;
    expect(peer).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(requesters(harness)).toMatchObject([{ requester: { name: peer } }]);
  });

  test("on an address that other machines reach is refused without `insecure`", async () => {
    await expect(stage.start({ listen: "0.0.0.0:0" })).rejects.toMatchObject({ code: "invalid-argument" });
    const { port, connect } = await stage.start({ listen: "0.0.0.0:0", insecure: true });
    expect(port).toBeGreaterThan(0);
    expect(await codes(connect())).toEqual(["OK", "OK"]);
  });
});

describe("TLS", () => {
  test("serves a client that trusts the certificate", async () => {
    const harness = await stage.start({ security: { tls: tlsFiles() } });
    expect(await codes(harness.connect(ours.cert))).toEqual(["OK", "OK"]);
  });

  test("may listen on an address that other machines reach", async () => {
    const { connect } = await stage.start({ listen: "0.0.0.0:0", security: { tls: tlsFiles() } });
    // The certificate is not one of 0.0.0.0; that the client says so is the proof of a handshake.
    const { code, message } = await connect(ours.cert).unary(listResourceTypes, {}, { timeoutMs: 5000 });
    expect([code, message]).toEqual(["UNAVAILABLE", expect.stringContaining("altnames")]);
  });

  test("is refused by a client that trusts another authority", async () => {
    const { connect } = await stage.start({ security: { tls: tlsFiles() } });
    expect(await connect(theirs.cert).unary(listResourceTypes)).toMatchObject({ code: "UNAVAILABLE" });
  });

  test("does not answer plaintext, and reports it", async () => {
    const { connect, refused, told } = await stage.start({ security: { tls: tlsFiles() } });
    expect(await connect().unary(listResourceTypes)).toMatchObject({ code: "UNAVAILABLE" });
    await told("refused", 1);
    expect(refused[0]).toMatchObject({ why: "handshake", code: expect.stringMatching(/^ERR_SSL_/) });
  });

  test("accepts version 1.3 and refuses 1.2", async () => {
    const { port, refused, told } = await stage.start({ security: { tls: tlsFiles() } });
    await expect(handshake(port, { maxVersion: "TLSv1.2" })).rejects.toThrow(/protocol version/);
    await told("refused", 1);
    expect(refused[0]?.code).toBe("ERR_SSL_UNSUPPORTED_PROTOCOL");
    const { socket } = await handshake(port, {});
    expect(socket.getProtocol()).toBe("TLSv1.3");
    socket.destroy();
  });

  test("without HTTP/2 is refused", async () => {
    const { port, refused, told } = await stage.start({ security: { tls: tlsFiles() } });
    const { socket } = await handshake(port, { ALPNProtocols: [] });
    await once(socket, "close");
    await told("refused", 1);
    expect(refused[0]?.code).toBe("no-http2");
  });

  test.for([
    ["a certificate that is not one", { certFile: "nothing" }, /certFile.*holds no PEM certificate/],
    [
      "the key of another certificate",
      { keyFile: reader.key },
      /keyFile: is not the .* key of the certificate/,
    ],
    ["an authority that is not one", { clientCaFile: "" }, /clientCaFile: holds no PEM certificate/],
  ] as const)("does not start with %s", async ([, content, message]) => {
    const files = Object.entries(content).map(([name, text]) => [name, stage.file(name, text)]);
    const tls = { ...tlsFiles(), ...Object.fromEntries(files) };
    await expect(stage.start({ security: { tls } })).rejects.toThrow(message);
  });

  test("does not start with a missing file, which is named", async () => {
    const tls = { ...tlsFiles(), certFile: "/nowhere/cert.pem" };
    await expect(stage.start({ security: { tls } })).rejects.toThrow(
      "/nowhere/cert.pem: cannot be read (ENOENT); name a readable file",
    );
  });
});

describe("mutual TLS", () => {
  test("lets every certificate of the authority do everything, under its name", async () => {
    const harness = await stage.start({ security: { tls: mutual() } });
    expect(await codes(harness.connect(ours.cert, reader))).toEqual(["OK", "OK"]);
    expect(requesters(harness)).toMatchObject([
      { requester: { name: "certificate:DNS:reader.example.org" } },
    ]);
  });

  test("with lists lets a reader read and a provisioner write", async () => {
    const harness = await stage.start({ security: { tls: mutual(NAMES) } });
    expect(await codes(harness.connect(ours.cert, reader))).toEqual(["OK", "PERMISSION_DENIED"]);
    expect(await codes(harness.connect(ours.cert, provisioner))).toEqual(["OK", "OK"]);
    expect(requesters(harness)).toMatchObject([
      { requester: { name: "certificate:URI:spiffe://example.org/deploy" } },
    ]);
    expect(harness.events.map(({ code, caller }) => [code, caller])).toEqual([
      ["OK", "certificate:DNS:reader.example.org"],
      ["PERMISSION_DENIED", expect.stringMatching(/^127/)],
      ["OK", "certificate:URI:spiffe://example.org/deploy"],
      ["OK", "certificate:URI:spiffe://example.org/deploy"],
    ]);
  });

  test.for([
    "DNS:writer.example.org",
    "DNS:x.reader.example.org",
    "DNS:*.example.org",
    "URI:spiffe://example.org/deploy/more",
    "email:reader.example.org",
    "URI:reader.example.org",
    "DNS:evil, DNS:reader.example.org",
  ])("with lists refuses a certificate for %s", async (name) => {
    const { connect, events } = await stage.start({ security: { tls: mutual(NAMES) } });
    const stranger = ours.issue({ names: [name] });
    expect(await codes(connect(ours.cert, stranger))).toEqual(["PERMISSION_DENIED", "PERMISSION_DENIED"]);
    expect(events).toMatchObject([{ requestBytes: 0 }, { requestBytes: 0 }]);
  });

  test("with lists refuses a certificate without a name", async () => {
    const { connect } = await stage.start({ security: { tls: mutual(NAMES) } });
    const nameless = ours.issue({ names: [] });
    expect(await codes(connect(ours.cert, nameless))).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
  });

  test.for([
    ["no certificate", undefined, "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE"],
    [
      "a certificate of another authority",
      theirs.issue({ names: ["DNS:reader.example.org"] }),
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    ],
    [
      "a certificate of another authority with the name of ours",
      createAuthority("ours").issue({ names: ["DNS:reader.example.org"] }),
      "CERT_SIGNATURE_FAILURE",
    ],
    [
      "an expired certificate",
      ours.issue({ names: ["DNS:reader.example.org"], notAfter: new Date(Date.now() - 1000) }),
      "CERT_HAS_EXPIRED",
    ],
    [
      "a certificate that is not valid yet",
      ours.issue({ names: ["DNS:reader.example.org"], notBefore: new Date(Date.now() + 3_600_000) }),
      "CERT_NOT_YET_VALID",
    ],
  ] as const)("refuses %s", async ([, own, code]) => {
    const { connect, refused, told, events } = await stage.start({ security: { tls: mutual(NAMES) } });
    const reply = await connect(ours.cert, own).unary(listResourceTypes);
    expect(reply.code).toBe("UNAVAILABLE");
    await told("refused", 1);
    expect(refused[0]).toEqual({ why: "handshake", code, peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) });
    expect(events).toEqual([]);
    expect(await codes(connect(ours.cert, provisioner))).toEqual(["OK", "OK"]);
  });

  test("does not start with certificate names and without a client authority", async () => {
    const tls = mutual({ readers: ["DNS:a"], clientCaFile: undefined });
    await expect(stage.start({ security: { tls } })).rejects.toThrow(
      "certificate names are listed without a client authority; name the file with the authority's certificate",
    );
  });
});

const tokens = { read: "reader-token-1", provision: "provisioner-token-1", other: "provisioner-token-2" };

function hashed(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function bearing(token: string, scheme = "Bearer"): CallOptions {
  return { headers: { authorization: `${scheme} ${token}` } };
}

function tokensFile(...lines: readonly string[]): string {
  return stage.file("tokens", ["# who may call", "", ...lines].join("\n"));
}

const TOKEN_LINES = [
  `read ${hashed(tokens.read)} auditor`,
  `provision ${hashed(tokens.provision)} deploy job`,
];

describe("tokens", () => {
  test("let a provisioner alone slow down the calls of others by what it reports", async () => {
    const heeded: unknown[] = [];
    const rateLimits = {
      acquire: async () => {},
      overlimit: (operation: string) => void heeded.push(operation),
      status: () => [],
    };
    const harness = await stage.start({ rateLimits, security: { tokensFile: tokensFile(...TOKEN_LINES) } });
    const client = harness.connect();
    const report = {
      descriptors: { entries: [{ key: "quota_category", value: "UserList" }] },
      description: { status: RateLimitDescription_Status.OVERLIMIT },
    };
    const { report: method } = RateLimiterService.method;
    expect((await client.unary(method, report, bearing(tokens.read))).code).toBe("OK");
    expect(heeded).toEqual([]);
    expect((await client.unary(method, report, bearing(tokens.provision))).code).toBe("OK");
    expect(heeded).toEqual(["ListUsers"]);
  });

  test("let a reader read and a provisioner write, under the token's name", async () => {
    const harness = await stage.start({ security: { tokensFile: tokensFile(...TOKEN_LINES) } });
    const client = harness.connect();
    expect(await codes(client, bearing(tokens.read))).toEqual(["OK", "PERMISSION_DENIED"]);
    expect(await codes(client, bearing(tokens.provision, "bearer"))).toEqual(["OK", "OK"]);
    expect(requesters(harness)).toMatchObject([{ requester: { name: "token:deploy job" } }]);
    const refusal = await client.unary(invokeAction, { name: "x" }, bearing(tokens.read));
    expect(refusal).toMatchObject({
      code: "PERMISSION_DENIED",
      message:
        "this caller may only read, and c1.connector.v2.ActionService/InvokeAction needs the provisioning role",
    });
  });

  test.for([
    ["no header", {}],
    ["a wrong token", bearing("wrong")],
    ["an empty token", { headers: { authorization: "Bearer " } }],
    ["the hash for the token", bearing(hashed(tokens.provision))],
    ["another scheme", bearing(tokens.provision, "Basic")],
    ["the token without its scheme", { headers: { authorization: tokens.provision } }],
    ["more after the token", bearing(`${tokens.provision} x`)],
  ] as const)("refuse %s, and the refusal is counted", async ([, options]) => {
    const harness = await stage.start({ security: { tokensFile: tokensFile(...TOKEN_LINES) } });
    const refused = ["UNAUTHENTICATED", "UNAUTHENTICATED"];
    expect(await codes(harness.connect(), options)).toEqual(refused);
    expect(harness.writes).toEqual([]);
    expect(harness.events).toMatchObject([
      { service: "c1.connector.v2.ResourceTypesService", method: "ListResourceTypes" },
      { service: "c1.connector.v2.GrantManagerService", method: "Grant" },
    ]);
    for (const { code, requestBytes, error } of harness.events) {
      expect([code, requestBytes]).toEqual(["UNAUTHENTICATED", 0]);
      expect(error?.message).not.toContain(tokens.provision);
    }
  });

  test("are checked before the body, so garbage and large bodies are not read", async () => {
    const { connect } = await stage.start({ security: { tokensFile: tokensFile(...TOKEN_LINES) } });
    const path = "/c1.connector.v2.GrantManagerService/Grant";
    const client = connect();
    expect(await client.bytes(path, Uint8Array.of(0x0a, 0x7f, 1))).toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await client.bytes(path, new Uint8Array(5 * 1024 * 1024))).toMatchObject({
      code: "UNAUTHENTICATED",
    });
  });

  test.for([
    "/c1.connector.v2.GrantManagerService/Grant",
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
  ])("are asked when the headers are there, and the body never comes: %s", async (path) => {
    const { port } = await stage.start({ security: { tokensFile: tokensFile(...TOKEN_LINES) } });
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
    });
    const [headers] = await once(stream, "response");
    expect(headers).toMatchObject({ "grpc-status": "16" });
    session.destroy();
  });

  test("are checked on a Unix socket, too", async () => {
    const security = { tokensFile: tokensFile(...TOKEN_LINES) };
    const listen = `unix:${stage.file("c.sock", "")}2`;
    const client = (await stage.start({ security, listen })).connect();
    expect(await codes(client)).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
    expect(await codes(client, bearing(tokens.provision))).toEqual(["OK", "OK"]);
  });

  test("are not checked for health, whose watchers are notified of the shutdown", async () => {
    const harness = await stage.start({ security: { tokensFile: tokensFile(...TOKEN_LINES) } });
    const client = harness.connect();
    const watching = client.stream(Health.method.watch);
    // On the same connection, so the watch was there before.
    expect(await client.unary(Health.method.check)).toMatchObject({ code: "OK" });
    await harness.server.close(5000);
    expect(await watching).toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("shutting down"),
    });
  });

  test("are not checked for a health check", async () => {
    const { connect } = await stage.start({ security: { tokensFile: tokensFile(...TOKEN_LINES) } });
    expect(await connect().unary(Health.method.check)).toMatchObject({ code: "OK" });
  });

  test.for([
    ["no token", [], /tokens: has no token/],
    ["an unknown role", [`admin ${hashed("x")}`], /tokens: line 3 must be read or provision/],
    ["a token in the clear", ["read my-secret-token"], /tokens: line 3 must be read or provision/],
    [
      "a token twice",
      [`read ${hashed("x")}`, `provision ${hashed("x").toUpperCase()}`],
      /tokens: line 4 has the token of/,
    ],
  ] as const)("do not start with %s in the file", async ([, lines, message]) => {
    const starting = stage.start({ security: { tokensFile: tokensFile(...lines) } });
    await expect(starting).rejects.toThrow(message);
    await expect(starting).rejects.not.toThrow("my-secret-token");
  });
});

describe("mutual TLS and tokens", () => {
  test("are both required, and the caller gets the lesser of the two roles", async () => {
    const security = { tls: mutual(NAMES), tokensFile: tokensFile(...TOKEN_LINES) };
    const harness = await stage.start({ security });
    const [deploy, audit] = [harness.connect(ours.cert, provisioner), harness.connect(ours.cert, reader)];
    expect(await codes(deploy)).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
    expect(await codes(deploy, bearing(tokens.read))).toEqual(["OK", "PERMISSION_DENIED"]);
    expect(await codes(audit, bearing(tokens.provision))).toEqual(["OK", "PERMISSION_DENIED"]);
    expect(await codes(deploy, bearing(tokens.provision))).toEqual(["OK", "OK"]);
    const name = "token:deploy job via certificate:URI:spiffe://example.org/deploy";
    expect(requesters(harness)).toMatchObject([{ requester: { name } }]);
    const bare = harness.connect(ours.cert);
    expect(await codes(bare, bearing(tokens.provision))).toEqual(["UNAVAILABLE", "UNAVAILABLE"]);
  });
});

function portOf(listening: Pick<Server, "address">): number {
  const address = listening.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
const jwtKeys = new Map<string, Keys>();
beforeAll(async () => {
  for (const kid of ["one", "two", "stranger"]) jwtKeys.set(kid, await generateKeyPair("ES256"));
});

async function keySet(...kids: readonly string[]): Promise<string> {
  const keys = kids.map(async (kid) => {
    const pair = jwtKeys.get(kid);
    if (pair === undefined) throw new Error(`no key ${kid}`);
    return { ...(await exportJWK(pair.publicKey)), kid, alg: "ES256" };
  });
  return JSON.stringify({ keys: await Promise.all(keys) });
}

const CLAIMS = {
  iss: "https://idp.example.org",
  aud: "connector",
  sub: "deploy-robot",
  exp: inSeconds(60),
};

function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

async function jwt(more: object, kid = "one", signer = kid): Promise<CallOptions> {
  const key = jwtKeys.get(signer);
  if (key === undefined) throw new Error(`no key ${signer}`);
  const token = new SignJWT({ ...CLAIMS, ...more }).setProtectedHeader({ alg: "ES256", kid });
  return bearing(await token.sign(key.privateKey));
}

function jwtRules(path: string, more: Partial<JwtSettings> = {}): JwtSettings {
  const fixed = { issuer: "https://idp.example.org", audience: "connector", roleClaim: "roles" };
  return { jwks: { kind: "file", path }, ...fixed, ...more };
}

describe("JWTs", () => {
  test.for([
    ["a text", { roles: "openid connector:provision" }, ["OK", "OK"]],
    ["an array", { roles: ["connector:provision", "connector:read"] }, ["OK", "OK"]],
    ["a text", { roles: "connector:read" }, ["OK", "PERMISSION_DENIED"]],
    ["nothing of ours", { roles: "connector:provisioner" }, ["PERMISSION_DENIED", "PERMISSION_DENIED"]],
    ["a map", { roles: { "connector:provision": true } }, ["PERMISSION_DENIED", "PERMISSION_DENIED"]],
    ["nothing", {}, ["PERMISSION_DENIED", "PERMISSION_DENIED"]],
  ] as const)("with %s for roles, %o, may %o", async ([, claims, expected]) => {
    const harness = await stage.start({
      security: { jwt: jwtRules(stage.file("jwks.json", await keySet("one"))) },
    });
    expect(await codes(harness.connect(), await jwt(claims))).toEqual(expected);
    const names =
      expected[1] === "OK" ? [{ requester: { name: "jwt:https://idp.example.org deploy-robot" } }] : [];
    expect(requesters(harness)).toMatchObject(names);
  });

  const all = { roles: "connector:provision" };
  const SUB = "authorization: the JWT's sub is not as expected";
  test.for([
    ["expired", { exp: inSeconds(-60) }, "authorization: the JWT has expired"],
    ["without an expiry", { exp: undefined }, "authorization: the JWT's exp is not as expected"],
    ["not good yet", { nbf: inSeconds(600) }, "authorization: the JWT's nbf is not as expected"],
    ["for another audience", { aud: "other" }, "authorization: the JWT's aud is not as expected"],
    [
      "of another issuer",
      { iss: "https://evil.example.org" },
      "authorization: the JWT's iss is not as expected",
    ],
    ["without a subject", { sub: undefined }, "authorization: the JWT's sub is not as expected"],
    ...([7, true, null, ["robot"], { name: "robot" }, ""] as const).map(
      (value) => [`with the subject ${JSON.stringify(value)}`, { sub: value }, SUB] as const,
    ),
    ...([7, null, ["https://idp.example.org"], {}] as const).map(
      (value) =>
        [`with the issuer ${JSON.stringify(value)}`, { iss: value }, SUB.replace("sub", "iss")] as const,
    ),
    ...([7, null, [7], { connector: true }] as const).map(
      (value) =>
        [`with the audience ${JSON.stringify(value)}`, { aud: value }, SUB.replace("sub", "aud")] as const,
    ),
    ...(["9999999999", null, [9_999_999_999], { at: 9_999_999_999 }] as const).map(
      (value) =>
        [`with the expiry ${JSON.stringify(value)}`, { exp: value }, SUB.replace("sub", "exp")] as const,
    ),
    ...(["0", null, [0]] as const).map(
      (value) =>
        [`with the not-before ${JSON.stringify(value)}`, { nbf: value }, SUB.replace("sub", "nbf")] as const,
    ),
  ] as const)("that are %s are refused", async ([, claims, message]) => {
    const security = { jwt: jwtRules(stage.file("jwks.json", await keySet("one"))) };
    const { connect, writes } = await stage.start({ security });
    const reply = await connect().unary(grant, granting, await jwt({ ...all, ...claims }));
    expect(reply).toMatchObject({ code: "UNAUTHENTICATED", message });
    expect(writes).toEqual([]);
  });

  test("of unknown keys, unsigned, or signed with a public key as the secret are refused", async () => {
    const set = await keySet("one");
    const { connect } = await stage.start({ security: { jwt: jwtRules(stage.file("jwks.json", set)) } });
    const client = connect();
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const symmetric = new SignJWT({ ...CLAIMS, ...all }).setProtectedHeader({ alg: "HS256", kid: "one" });
    const bad = [
      await jwt(all, "stranger"),
      await jwt(all, "one", "stranger"),
      bearing(`${part({ alg: "none" })}.${part({ ...CLAIMS, ...all })}.x`),
      bearing(`${part({ alg: "none" })}.${part({ ...CLAIMS, ...all })}.`),
      bearing(await symmetric.sign(new TextEncoder().encode(set))),
      bearing("a.b.c"),
      bearing("abc"),
    ];
    for (const options of bad)
      expect(await codes(client, options)).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
    expect(await codes(client, await jwt(all))).toEqual(["OK", "OK"]);
  });

  test("are checked with the keys of a URL, which is fetched once", async () => {
    let asked = 0;
    const set = await keySet("one");
    const idp = createServer((_request, response) => {
      asked += 1;
      response.setHeader("content-type", "application/json").end(set);
    }).listen(0, "127.0.0.1");
    await once(idp, "listening");
    const url = new URL(`http://127.0.0.1:${portOf(idp)}/jwks`);
    const { connect } = await stage.start({
      security: { jwt: jwtRules("", { jwks: { kind: "url", url } }) },
    });
    const client = connect();
    expect(await codes(client, await jwt(all))).toEqual(["OK", "OK"]);
    expect(await codes(client, await jwt(all, "stranger"))).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
    expect(asked).toBe(1);
    idp.close();
  });

  test("are answered UNAVAILABLE while their keys cannot be fetched", async () => {
    const idp = createServer((_request, response) => void response.writeHead(500).end()).listen(
      0,
      "127.0.0.1",
    );
    await once(idp, "listening");
    const url = new URL(`http://127.0.0.1:${portOf(idp)}/jwks`);
    const { connect } = await stage.start({
      security: { jwt: jwtRules("", { jwks: { kind: "url", url } }) },
    });
    expect(await codes(connect(), await jwt(all))).toEqual(["UNAVAILABLE", "UNAVAILABLE"]);
    idp.close();
  });

  test("and tokens may both be configured, and either is enough", async () => {
    const jwks = stage.file("jwks.json", await keySet("one"));
    const security = { jwt: jwtRules(jwks), tokensFile: tokensFile(...TOKEN_LINES) };
    const client = (await stage.start({ security })).connect();
    expect(await codes(client, await jwt(all))).toEqual(["OK", "OK"]);
    expect(await codes(client, bearing(tokens.provision))).toEqual(["OK", "OK"]);
    expect(await codes(client, bearing("wrong"))).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
  });

  test.for([
    [
      "keys that others could change in transit",
      { jwks: { kind: "url", url: new URL("http://idp.example.org/k") } },
      /use https/,
    ],
    ["a file that has none", {}, /jwks\.json: is not a JSON Web Key Set/],
    ["no audience", { audience: "" }, /issuer and audience must be given/],
  ] as const)("do not start with %s", async ([, more, message]) => {
    const rules = jwtRules(stage.file("jwks.json", "{}"), more);
    await expect(stage.start({ security: { jwt: rules } })).rejects.toThrow(message);
  });
});

/** Short enough for a test. */
const WATCHED = { watchMs: 10 };

describe("without a restart", () => {
  test("new connections get a new certificate, and open ones continue", async () => {
    const tls = tlsFiles();
    const { connect, port, told, reloads } = await stage.start({ security: { tls }, ...WATCHED });
    const old = connect(ours.cert);
    expect(await codes(old)).toEqual(["OK", "OK"]);
    const before = await serialOf(port);
    const { key, cert } = theirs.issue({ names: ["IP:127.0.0.1"] });
    tlsFiles({}, { key, cert });
    await told("reloads", 1);
    while (reloads.at(-1)?.error !== undefined) await told("reloads", reloads.length + 1);
    expect(await serialOf(port)).not.toBe(before);
    expect(await codes(old)).toEqual(["OK", "OK"]);
    expect(await codes(connect(theirs.cert))).toEqual(["OK", "OK"]);
    expect(await connect(ours.cert).unary(listResourceTypes)).toMatchObject({ code: "UNAVAILABLE" });
  });

  test("a broken certificate changes nothing, is reported once, and can be replaced", async () => {
    const {
      connect,
      port,
      told,
      reloads,
      server: running,
    } = await stage.start({
      security: { tls: tlsFiles() },
      watchMs: 3_600_000,
    });
    const before = await serialOf(port);
    stage.file("server.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    running.access.reload();
    running.access.reload();
    expect(reloads).toMatchObject([
      { subject: "the TLS certificate", error: { code: "failed-precondition" } },
    ]);
    expect(await serialOf(port)).toBe(before);
    expect(await codes(connect(ours.cert))).toEqual(["OK", "OK"]);
    stage.file("server.pem", server.cert);
    running.access.reload();
    await told("reloads", 2);
    expect(reloads[1]?.error).toBeUndefined();
    running.access.reload();
    expect(reloads).toHaveLength(2);
  });

  test("a new client authority counts for new connections", async () => {
    const tls = mutual();
    const { connect, told } = await stage.start({ security: { tls }, ...WATCHED });
    expect(await codes(connect(ours.cert, provisioner))).toEqual(["OK", "OK"]);
    const stranger = theirs.issue({ names: ["DNS:new.example.org"] });
    stage.file("ca.pem", theirs.cert);
    await told("reloads", 1);
    expect(await codes(connect(ours.cert, stranger))).toEqual(["OK", "OK"]);
    expect(await codes(connect(ours.cert, provisioner))).toEqual(["UNAVAILABLE", "UNAVAILABLE"]);
  });

  test("two authorities may be valid at once while clients change", async () => {
    const tls = mutual();
    const { connect, told } = await stage.start({ security: { tls }, ...WATCHED });
    stage.file("ca.pem", `${ours.cert}${theirs.cert}`);
    await told("reloads", 1);
    const stranger = theirs.issue({ names: ["DNS:new.example.org"] });
    expect(await codes(connect(ours.cert, stranger))).toEqual(["OK", "OK"]);
    expect(await codes(connect(ours.cert, provisioner))).toEqual(["OK", "OK"]);
  });

  test("tokens are replaced with both valid for a while, on open connections", async () => {
    const [readLine = "", oldLine = ""] = TOKEN_LINES;
    const newLine = `provision ${hashed(tokens.other)} deploy job 2`;
    const path = tokensFile(readLine, oldLine);
    const { connect, told } = await stage.start({ security: { tokensFile: path }, ...WATCHED });
    const client = connect();
    const [before, after] = [bearing(tokens.provision), bearing(tokens.other)];
    expect(await codes(client, before)).toEqual(["OK", "OK"]);
    expect(await codes(client, after)).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
    tokensFile(readLine, oldLine, newLine);
    await told("reloads", 1);
    expect(await codes(client, before)).toEqual(["OK", "OK"]);
    expect(await codes(client, after)).toEqual(["OK", "OK"]);
    tokensFile(readLine, newLine);
    await told("reloads", 2);
    expect(await codes(client, before)).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
    expect(await codes(client, after)).toEqual(["OK", "OK"]);
  });

  test("SECURITY-6: a wrong line does not keep a token that was removed, on an open connection", async () => {
    const [readLine = ""] = TOKEN_LINES;
    const path = tokensFile(...TOKEN_LINES);
    const { connect, told, reloads } = await stage.start({ security: { tokensFile: path }, ...WATCHED });
    const client = connect();
    expect(await codes(client, bearing(tokens.provision))).toEqual(["OK", "OK"]);
    stage.file("tokens", `admin secret-thing\n${readLine}\n`);
    await told("reloads", 1);
    expect(reloads[0]?.error?.message).toMatch(/tokens: line 1 must be read or provision/);
    expect(await codes(client, bearing(tokens.provision))).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
    expect(await codes(client, bearing(tokens.read))).toEqual(["OK", "PERMISSION_DENIED"]);
    stage.file("tokens", "");
    await told("reloads", 2);
    expect(await codes(client, bearing(tokens.read))).toEqual(["UNAUTHENTICATED", "UNAUTHENTICATED"]);
  });

  test("new keys of JWTs take effect", async () => {
    const path = stage.file("jwks.json", await keySet("one"));
    const { connect, told } = await stage.start({ security: { jwt: jwtRules(path) }, ...WATCHED });
    const client = connect();
    const [one, two] = [
      await jwt({ roles: "connector:read" }),
      await jwt({ roles: "connector:read" }, "two"),
    ];
    expect(await client.unary(listResourceTypes, {}, two)).toMatchObject({ code: "UNAUTHENTICATED" });
    stage.file("jwks.json", await keySet("two"));
    await told("reloads", 1);
    expect(await client.unary(listResourceTypes, {}, two)).toMatchObject({ code: "OK" });
    expect(await client.unary(listResourceTypes, {}, one)).toMatchObject({ code: "UNAUTHENTICATED" });
  });
});

const BROKEN = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

describe("SECURITY-6: the certificate of an open connection", () => {
  const DAY_MS = 86_400_000;
  interface OpenSession {
    readonly read: () => Promise<string>;
    readonly ended: Promise<unknown>;
    readonly session: ClientHttp2Session;
  }

  /** A session of HTTP/2 that does not connect again by itself, and its calls. */
  async function openSession(port: number, own: KeyAndCertificate): Promise<OpenSession> {
    const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: ours.cert, ...own });
    session.on("error", () => {});
    await once(session, "connect");
    const status = async (path: string): Promise<string> => {
      const stream = session.request({
        ":method": "POST",
        ":path": path,
        "content-type": "application/grpc",
        te: "trailers",
      });
      let found = "none";
      const look = (headers: IncomingHttpHeaders): void => {
        const { "grpc-status": code, "grpc-message": message } = headers;
        if (code !== undefined) found = `${String(code)} ${decodeURIComponent(String(message))}`;
      };
      stream
        .on("response", look)
        .on("trailers", look)
        .on("error", () => {})
        .resume();
      stream.end(Buffer.alloc(5));
      await once(stream, "close");
      return found;
    };
    const ended = once(session, "close");
    const read = (): Promise<string> => status("/c1.connector.v2.ConnectorService/Validate");
    return { read, ended, session };
  }

  const HOUR = { watchMs: 3_600_000 };

  test("is judged again at each call by the clock, and the connection is ended", async () => {
    let ahead = 0;
    const clocks: Clocks = { ...systemClocks, now: () => Date.now() + ahead };
    const { port, server: running } = await stage.start({
      security: { tls: mutual(NAMES) },
      clocks,
      ...HOUR,
    });
    const { read, ended } = await openSession(port, reader);
    expect(await read()).toBe("0 OK");
    ahead = 8 * DAY_MS;
    expect(await read()).toBe("16 the client certificate has expired; connect again");
    ahead = -8 * DAY_MS;
    expect(await read()).toBe("16 the client certificate is not valid yet; connect again");
    ahead = 0;
    expect(await read()).toBe("0 OK");
    ahead = 8 * DAY_MS;
    running.access.reload();
    await ended;
  });

  test.for<[string, () => string]>([
    ["is replaced", () => theirs.cert],
    ["is replaced by another one of its name", () => createAuthority("ours").cert],
    ["is taken out of the file, which then has none", () => ""],
    ["is replaced by one that is broken beside a good one", () => `${BROKEN}${theirs.cert}`],
  ])("ends when its authority %s", async ([, content]) => {
    const {
      port,
      connect,
      server: running,
    } = await stage.start({
      security: { tls: mutual(NAMES) },
      ...HOUR,
    });
    const { read, ended } = await openSession(port, reader);
    const standing = connect(ours.cert, provisioner);
    expect([await read(), ...(await codes(standing))]).toEqual(["0 OK", "OK", "OK"]);
    stage.file("ca.pem", content());
    running.access.reload();
    await ended;
    for (const code of [...(await codes(standing)), ...(await codes(connect(ours.cert, reader)))]) {
      expect(["UNAUTHENTICATED", "UNAVAILABLE"]).toContain(code);
    }
  });

  test("ends although the new certificate of the server cannot be used", async () => {
    const { port, server: running } = await stage.start({ security: { tls: mutual(NAMES) }, ...HOUR });
    const { read, ended } = await openSession(port, reader);
    expect(await read()).toBe("0 OK");
    stage.file("server.key", reader.key);
    stage.file("ca.pem", theirs.cert);
    running.access.reload();
    await ended;
  });

  test("lets a call that runs end, and takes no new one", async () => {
    const hold = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const { port, server: running } = await stage.start({
      security: { tls: mutual(NAMES) },
      connector: {
        async validate() {
          begun.resolve();
          await hold.promise;
        },
      },
      ...HOUR,
    });
    const { read, ended, session } = await openSession(port, reader);
    const call = read();
    await begun.promise;
    const away = once(session, "goaway");
    stage.file("ca.pem", theirs.cert);
    running.access.reload();
    await away;
    hold.resolve();
    expect(await call).toBe("0 OK");
    await ended;
  });

  test("stays when its authority is one of the new file, or has a new certificate of the same key", async () => {
    const { port, server: running } = await stage.start({ security: { tls: mutual(NAMES) }, ...HOUR });
    const { read, session } = await openSession(port, reader);
    expect(await read()).toBe("0 OK");
    stage.file("ca.pem", `${theirs.cert}${ours.cert}`);
    running.access.reload();
    expect(await read()).toBe("0 OK");
    stage.file("ca.pem", ours.renewed());
    running.access.reload();
    expect(await read()).toBe("0 OK");
    session.destroy();
  });

  test("is judged through an authority between it and the root, which only the client has", async () => {
    const between = ours.issueAuthority("between");
    const leaf = between.issue({ names: ["DNS:reader.example.org"] });
    const own = { key: leaf.key, cert: `${leaf.cert}${between.cert}` };
    const { port, server: running } = await stage.start({ security: { tls: mutual(NAMES) }, ...HOUR });
    const { read, ended } = await openSession(port, own);
    expect(await read()).toBe("0 OK");
    for (const authorities of [`${theirs.cert}${ours.cert}`, `${between.cert}${ours.cert}`]) {
      stage.file("ca.pem", authorities);
      running.access.reload();
      expect(await read()).toBe("0 OK");
    }
    // OpenSSL does not end a path at an authority that another one has issued, so neither does this.
    stage.file("ca.pem", between.cert);
    running.access.reload();
    await ended;
  });

  test("is not accepted from a handshake that began under the earlier authority", async () => {
    const {
      port,
      server: running,
      refused,
      told,
    } = await stage.start({
      security: { tls: mutual(NAMES) },
      ...HOUR,
    });
    // Sends the first half of a handshake, and the rest after the change.
    const relay = createNetServer((near) => {
      const far = connectNet(port, "127.0.0.1");
      near.on("error", () => {}).pipe(far);
      far.on("error", () => {}).on("close", () => near.destroy());
      far.once("data", (hello: Buffer) => {
        stage.file("ca.pem", theirs.cert);
        running.access.reload();
        near.write(hello);
        far.pipe(near);
      });
    }).listen(0, "127.0.0.1");
    await once(relay, "listening");
    const session = connectHttp2(`https://127.0.0.1:${portOf(relay)}`, { ca: ours.cert, ...reader });
    session.on("error", () => {});
    await once(session, "close");
    await told("refused", 1);
    expect(refused).toMatchObject([{ why: "handshake" }]);
    relay.close();
  });
});

interface Shaken {
  readonly socket: TLSSocket;
}

/** A handshake that trusts anybody; rejects with OpenSSL's reason. */
async function handshake(
  port: number,
  options: { readonly maxVersion?: "TLSv1.2"; readonly ALPNProtocols?: string[] },
): Promise<Shaken> {
  const common = { host: "127.0.0.1", port, ALPNProtocols: ["h2"], rejectUnauthorized: false };
  const socket = connectTls({ ...common, ...options });
  await once(socket, "secureConnect");
  // The server may close it: the test checks that, and it is not a failure here.
  socket.on("error", () => {});
  return { socket };
}

async function serialOf(port: number): Promise<string> {
  const { socket } = await handshake(port, {});
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}
