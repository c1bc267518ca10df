import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createHttpsServer, request, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createAuthority, type KeyAndCertificate } from "../../test/support/certificates.ts";
import { sha256Hex } from "../../test/support/sha256.ts";
import { systemClocks } from "../core/clock.ts";
import type { ErrorCode } from "../core/errors.ts";
import { GovernanceError } from "../core/errors.ts";
import type { SecuritySettings, TlsSettings } from "../core/security-settings.ts";
import { type AccessControl, createAccessControl, type RefusedCall } from "./access-control.ts";
import type { ClientCertificate } from "./client-certificates.ts";
import { PartlyInForce, type ReloadEvent } from "./watched-files.ts";

const ours = createAuthority("ours");
const theirs = createAuthority("theirs");
const serverKey = ours.issue({ names: ["IP:127.0.0.1"] });
const reader = ours.issue({ names: ["DNS:reader.example.org"] });
const provisioner = ours.issue({ names: ["URI:spiffe://example.org/deploy"] });

let folder = "";
let reloads: ReloadEvent[] = [];
let refused: RefusedCall[] = [];
let outOfDates: string[] = [];
const open: (() => void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "access-"));
  reloads = [];
  refused = [];
  outOfDates = [];
});
afterEach(() => {
  for (const close of open.splice(0)) close();
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function tlsFiles(more: Partial<TlsSettings> = {}, { key, cert } = serverKey): TlsSettings {
  return { certFile: file("server.pem", cert), keyFile: file("server.key", key), ...more };
}

function accessFor(settings: SecuritySettings, now = systemClocks.now): AccessControl {
  const onReload = (event: ReloadEvent): void => void reloads.push(event);
  // The test decides when files are read again.
  const access = createAccessControl({
    settings,
    clocks: { ...systemClocks, now },
    watchMs: 3_600_000,
    onReload,
    onOutOfDates: (line) => outOfDates.push(line),
    onRefused: (call) => refused.push(call),
  });
  open.push(() => access.stop());
  return access;
}

// A front over node:https, as small as it can be. A gRPC front has its tests in test/grpc-security.test.ts.
const HTTP_STATUS: Partial<Record<ErrorCode, number>> = {
  unauthenticated: 401,
  "permission-denied": 403,
  unavailable: 503,
};

async function httpsFront(access: AccessControl): Promise<Server> {
  const { tls } = access;
  if (tls === undefined) throw new Error("the settings have no TLS");
  const respond = async (asked: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url, headersDistinct, socket } = asked;
    try {
      const caller = await access.authorize({
        via: "scim",
        operation: `${method} ${url}`,
        needs: url === "/health" ? "none" : method === "GET" ? "read" : "provision",
        peer: `${socket.remoteAddress}:${socket.remotePort}`,
        authorization: headersDistinct["authorization"] ?? [],
        certificate: isTls(socket) ? certificateOf(socket) : undefined,
      });
      response.end(caller.name);
    } catch (error) {
      const { code, message } = GovernanceError.from(error);
      response.writeHead(HTTP_STATUS[code] ?? 500).end(message);
    }
  };
  const server = createHttpsServer(tls.options(), (asked, response) => void respond(asked, response));
  tls.onRenewed((context) => server.setSecureContext(context));
  server.on("secureConnection", (socket) => tls.connected(socket, () => socket.destroy()));
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(() => server.close());
  return server;
}

function certificateOf(socket: TLSSocket): ClientCertificate | undefined {
  const certificate = socket.getPeerCertificate();
  // Node answers an empty object where there is none.
  return Object.keys(certificate).length === 0 ? undefined : certificate;
}

function isTls(socket: object): socket is TLSSocket {
  return "getPeerCertificate" in socket;
}

interface Asked {
  readonly method?: "GET" | "POST";
  readonly path?: string;
  readonly token?: string;
  readonly own?: KeyAndCertificate;
  readonly ca?: string;
}

/** `status body`; `refused` when there was no HTTP answer. */
async function ask(server: Server, asked: Asked = {}): Promise<string> {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server does not listen");
  const { method = "GET", path = "/Users", token, own, ca = ours.cert } = asked;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return await new Promise((resolve) => {
    const asking = request(
      { host: "127.0.0.1", port: address.port, agent: false, method, path, headers, ca, ...own },
      (response) => {
        let body = "";
        response.on("data", (part) => (body += String(part)));
        response.on("end", () => resolve(`${response.statusCode} ${body}`));
      },
    );
    asking.on("error", () => resolve("refused"));
    asking.end();
  });
}

const NAMES = {
  readers: ["DNS:reader.example.org"],
  provisioners: ["URI:spiffe://example.org/deploy"],
} as const;

describe("an HTTPS front", () => {
  test("serves every client over TLS, in the name of the peer, without a layer", async () => {
    const front = await httpsFront(accessFor({ tls: tlsFiles() }));
    expect(await ask(front, { method: "POST" })).toMatch(/^200 127\.0\.0\.1:\d+$/);
    expect(await ask(front, { ca: theirs.cert })).toBe("refused");
  });

  test("has the role of a client certificate", async () => {
    const tls = tlsFiles({ clientCaFile: file("ca.pem", ours.cert), ...NAMES });
    const front = await httpsFront(accessFor({ tls }));
    expect(await ask(front, { own: reader })).toBe("200 certificate:DNS:reader.example.org");
    expect(await ask(front, { own: reader, method: "POST" })).toBe(
      "403 this caller may only read, and POST /Users needs the provisioning role",
    );
    expect(await ask(front, { own: provisioner, method: "POST" })).toBe(
      "200 certificate:URI:spiffe://example.org/deploy",
    );
    expect(refused).toEqual([
      { requester: { via: "scim", name: "certificate:DNS:reader.example.org" }, operation: "POST /Users" },
    ]);
    expect(await ask(front, { own: ours.issue({ names: ["DNS:other"] }) })).toMatch(/^403 the client cert/);
    expect(await ask(front, { own: ours.issue({ names: [] }) })).toMatch(
      /^401 the client certificate has no/,
    );
    expect(await ask(front, { own: theirs.issue({ names: ["DNS:reader.example.org"] }) })).toBe("refused");
    expect(await ask(front)).toBe("refused");
  });

  test("SECURITY-1: has the lesser role of certificate and token, and needs both", async () => {
    const tls = tlsFiles({ clientCaFile: file("ca.pem", ours.cert), ...NAMES });
    const lines = [`read ${sha256Hex("r")} auditor`, `provision ${sha256Hex("p")} deploy job`];
    const front = await httpsFront(accessFor({ tls, tokensFile: file("tokens", lines.join("\n")) }));
    expect(await ask(front, { own: provisioner })).toMatch(/^401 authorization: send one header/);
    expect(await ask(front, { own: provisioner, token: "x" })).toBe(
      "401 authorization: the token is unknown",
    );
    expect(await ask(front, { own: provisioner, token: "r", method: "POST" })).toMatch(/^403 /);
    expect(await ask(front, { own: reader, token: "p", method: "POST" })).toMatch(/^403 /);
    const both = { own: provisioner, token: "p", method: "POST" } as const;
    expect(await ask(front, both)).toBe(
      "200 token:deploy job via certificate:URI:spiffe://example.org/deploy",
    );
    expect(await ask(front, { own: reader, path: "/health" })).toMatch(/^200 127\./);
  });

  test("has a new certificate after a reload, and so has a second front", async () => {
    const access = accessFor({ tls: tlsFiles() });
    const fronts = [await httpsFront(access), await httpsFront(access)];
    tlsFiles({}, theirs.issue({ names: ["IP:127.0.0.1"] }));
    access.reload();
    access.reload();
    expect(reloads).toEqual([{ subject: "the TLS certificate", error: undefined }]);
    for (const front of fronts) {
      expect(await ask(front, { ca: theirs.cert })).toMatch(/^200 /);
      expect(await ask(front)).toBe("refused");
    }
  });

  test("SECURITY-2: keeps the last certificate that could be used", async () => {
    const access = accessFor({ tls: tlsFiles() });
    const front = await httpsFront(access);
    file("server.key", reader.key);
    access.reload();
    access.reload();
    expect(reloads).toMatchObject([
      { subject: "the TLS certificate", error: { code: "failed-precondition" } },
    ]);
    expect(await ask(front)).toMatch(/^200 /);
  });
});

describe("an access control", () => {
  const head = {
    via: "scim",
    operation: "GET /Users",
    needs: "read",
    peer: "peer",
    authorization: ["Bearer t"],
    certificate: undefined,
  } as const;

  test("reads changed tokens at each reload, and reports what it cannot use once", async () => {
    const path = file("tokens", `read ${sha256Hex("t")} first`);
    const access = accessFor({ tokensFile: path });
    expect(access.tls).toBeUndefined();
    expect(await access.authorize(head)).toEqual({ name: "token:first", role: "read" });
    file("tokens", `provision ${sha256Hex("t")} second`);
    access.reload();
    expect(await access.authorize(head)).toEqual({ name: "token:second", role: "provision" });
    file("tokens", `t\nread ${sha256Hex("u")} other`);
    access.reload();
    access.reload();
    await expect(access.authorize(head)).rejects.toMatchObject({ code: "unauthenticated" });
    expect(await access.authorize({ ...head, authorization: ["Bearer u"] })).toMatchObject({
      name: "token:other",
    });
    expect(reloads.map(({ error }) => error?.message)).toEqual([
      undefined,
      expect.stringMatching(/tokens: line 1 must be read or provision/),
    ]);
    expect(reloads[1]?.error).toBeInstanceOf(PartlyInForce);
  });

  test.for([
    ["is empty", "", /has no token, so no token is accepted/],
    ["has comments alone", "# none\n\n", /has no token/],
    ["has only lines that cannot be read", "read xyz\nadmin", /line 1 must be .* \(and 1 more\)$/],
  ] as const)("SECURITY-6: a token file that %s accepts no token", async ([, content, says]) => {
    const access = accessFor({ tokensFile: file("tokens", `provision ${sha256Hex("t")}`) });
    file("tokens", content);
    access.reload();
    await expect(access.authorize(head)).rejects.toMatchObject({ code: "unauthenticated" });
    expect(reloads).toMatchObject([{ error: { message: expect.stringMatching(says) } }]);
    file("tokens", `read ${sha256Hex("t")} back`);
    access.reload();
    expect(await access.authorize(head)).toMatchObject({ name: "token:back" });
  });

  test.for([
    ["read", "provision"],
    ["provision", "read"],
  ])("a token that comes as %s and again as %s may only read", async ([first, second]) => {
    const access = accessFor({ tokensFile: file("tokens", `provision ${sha256Hex("t")}`) });
    file("tokens", `${first} ${sha256Hex("t")} a\n${second} ${sha256Hex("t")} b`);
    access.reload();
    expect(await access.authorize(head)).toEqual({ name: "token:a", role: "read" });
  });

  test("SECURITY-2: a token file that is gone, or that every user may write, leaves the last tokens in force", async () => {
    const path = file("tokens", `provision ${sha256Hex("t")} deploy`);
    const access = accessFor({ tokensFile: path });
    file("tokens", `provision ${sha256Hex("evil")} evil`);
    chmodSync(path, 0o666);
    access.reload();
    expect(await access.authorize(head)).toMatchObject({ name: "token:deploy" });
    rmSync(path);
    access.reload();
    expect(await access.authorize(head)).toMatchObject({ name: "token:deploy" });
    expect(reloads.map(({ error }) => error?.message)).toEqual([
      `${path}: may be written by every user, so it is not used; run chmod o-w ${path}`,
      `${path}: cannot be read (ENOENT); name a readable file`,
    ]);
  });

  test("names each certificate out of its dates once: at the start, when it happens, and after a reload", () => {
    let at = Date.now();
    const ends = new Date(Math.floor(at / 1000) * 1000 + 60_000);
    const short = ours.issue({ names: ["IP:127.0.0.1"], notAfter: ends });
    const settings = { tls: tlsFiles({ clientCaFile: file("ca.pem", ours.cert) }, short) };
    const { certFile, keyFile } = settings.tls;
    const access = accessFor(settings, () => at);
    access.reload();
    expect(outOfDates).toEqual([]);
    const expired = `${certFile}: the server certificate expired at ${ends.toISOString()}, so clients refuse it; replace the file, it is read again without a restart`;
    at += 120_000;
    access.reload();
    access.reload();
    expect(outOfDates).toEqual([expired]);
    accessFor(settings, () => at);
    expect(outOfDates).toEqual([expired, expired]);

    const begins = new Date(ends.getTime() + 3_600_000);
    const early = ours.issue({ names: ["IP:127.0.0.1"], notBefore: begins });
    writeFileSync(certFile, early.cert);
    writeFileSync(keyFile, early.key);
    access.reload();
    expect(outOfDates.slice(2)).toEqual([
      `${certFile}: the server certificate is not valid before ${begins.toISOString()}, so clients refuse it; check the clock of this machine, or replace the file`,
    ]);

    at += 365 * 86_400_000;
    access.reload();
    expect(outOfDates.slice(3)).toEqual([
      expect.stringMatching(/server.pem: the server certificate expired at /),
      expect.stringMatching(
        /ca.pem: an authority of client certificates expired at .*, so its clients cannot connect; /,
      ),
    ]);
  });

  test("does its work although its observer throws", async () => {
    const path = file("tokens", `read ${sha256Hex("t")} first`);
    const access = createAccessControl({
      settings: { tokensFile: path },
      clocks: systemClocks,
      onReload: () => {
        throw new Error("broken observer");
      },
    });
    open.push(() => access.stop());
    file("tokens", `read ${sha256Hex("t")} second`);
    access.reload();
    expect(await access.authorize(head)).toMatchObject({ name: "token:second" });
  });

  test.for([
    ["no header", []],
    ["two headers", ["Bearer t", "Bearer t"]],
    ["another scheme", ["Basic t"]],
    ["the token alone", ["t"]],
    ["more after the token", ["Bearer t x"]],
    ["a hash for the token", [`Bearer ${sha256Hex("t")}`]],
  ] as const)("refuses %s as unauthenticated", async ([, authorization]) => {
    const access = accessFor({ tokensFile: file("tokens", `provision ${sha256Hex("t")}`) });
    await expect(access.authorize({ ...head, authorization })).rejects.toMatchObject({
      code: "unauthenticated",
    });
  });

  test("SECURITY-3: is not made of settings that cannot be used", () => {
    const tls = { ...tlsFiles(), readers: NAMES.readers };
    expect(() => accessFor({ tls })).toThrow("certificate names are listed without a client authority");
    expect(() => accessFor({ tokensFile: "/nowhere" })).toThrow("/nowhere: cannot be read (ENOENT)");
    expect(() => accessFor({ tokensFile: file("tokens", "# none\n") })).toThrow("has no token");
  });
});
