import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { createJwts, type Jwts } from "./jwt.ts";
import { NothingInForce, PartlyInForce, type ReloadEvent } from "./watched-files.ts";

const NOON = Date.parse("2026-11-21T12:00:00Z");
const CLAIMS = {
  iss: "https://idp",
  aud: "connector",
  sub: "robot",
  exp: NOON / 1000 + 60,
  roles: "connector:read",
};

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
const pairs = new Map<string, Keys>();
beforeAll(async () => {
  for (const kid of ["one", "two"]) pairs.set(kid, await generateKeyPair("ES256"));
});

let idp: Server;
let answer: (response: ServerResponse) => unknown;
let asked = 0;
let elapsed = 0;
let events: ReloadEvent[] = [];
const open: Jwts[] = [];
beforeEach(async () => {
  asked = 0;
  elapsed = 0;
  events = [];
  idp = createServer((_request, response) => {
    asked += 1;
    answer(response);
  }).listen(0, "127.0.0.1");
  await once(idp, "listening");
});
afterEach(() => {
  vi.useRealTimers();
  for (const jwts of open.splice(0)) jwts.stop();
  idp.closeAllConnections();
  idp.close();
});

function pairOf(kid: string): Keys {
  const pair = pairs.get(kid);
  if (pair === undefined) throw new Error(`no key ${kid}`);
  return pair;
}

async function setOf(...kids: readonly string[]): Promise<string> {
  const keys = kids.map(async (kid) => {
    const { publicKey } = pairOf(kid);
    return { ...(await exportJWK(publicKey)), kid, alg: "ES256" };
  });
  return JSON.stringify({ keys: await Promise.all(keys) });
}

async function tokenOf(kid: string, signer = kid): Promise<string> {
  const { privateKey } = pairOf(signer);
  return await new SignJWT(CLAIMS).setProtectedHeader({ alg: "ES256", kid }).sign(privateKey);
}

function urlJwts(): Jwts {
  const address = idp.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const made = createJwts(
    {
      jwks: { kind: "url", url: new URL(`http://127.0.0.1:${port}/jwks`) },
      issuer: CLAIMS.iss,
      audience: CLAIMS.aud,
      roleClaim: "roles",
    },
    { now: () => NOON, monotonic: () => elapsed },
    (event) => events.push(event),
  );
  open.push(made);
  return made;
}

function serving(json: string): (response: ServerResponse) => unknown {
  return (response) => response.end(json);
}

const UNAUTHENTICATED = {
  code: "unauthenticated",
  message: "authorization: the JWT is not signed by a known key",
};

describe("the keys of a URL", () => {
  test("are fetched once for many callers at the start", async () => {
    answer = serving(await setOf("one"));
    const made = urlJwts();
    const token = await tokenOf("one");
    const callers = await Promise.all(Array.from({ length: 50 }, () => made.verify(token)));
    expect(callers).toHaveLength(50);
    expect([asked, events]).toEqual([1, []]);
  });

  test("SECURITY-6: stop working at once after a reload in which they are gone, and that is reported", async () => {
    answer = serving(await setOf("one", "two"));
    const made = urlJwts();
    const token = await tokenOf("one");
    await made.verify(token);
    answer = serving(await setOf("two"));
    await made.remote[0]?.reload();
    await expect(made.verify(token)).rejects.toMatchObject(UNAUTHENTICATED);
    await made.verify(await tokenOf("two"));
    expect(events).toEqual([{ subject: "the keys of JWTs", error: undefined }]);
    answer = serving('{"keys":[]}');
    await made.remote[0]?.reload();
    await expect(made.verify(await tokenOf("two"))).rejects.toMatchObject(UNAUTHENTICATED);
  });

  test("SECURITY-6: are fetched every minute", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    answer = serving(await setOf("one"));
    const made = urlJwts();
    await made.verify(await tokenOf("one"));
    answer = serving(await setOf("two"));
    vi.advanceTimersByTime(60_000);
    await eventually(() => expect(events).toHaveLength(1));
    await expect(made.verify(await tokenOf("one"))).rejects.toMatchObject(UNAUTHENTICATED);
    made.stop();
    vi.advanceTimersByTime(600_000);
    expect(asked).toBe(2);
  });

  test("a reload does not join a fetch that began before it", async () => {
    answer = serving(await setOf("one"));
    const made = urlJwts();
    const token = await tokenOf("one");
    await made.verify(token);
    const { promise: held, resolve: arrived } = Promise.withResolvers<ServerResponse>();
    answer = arrived;
    const before = made.remote[0]?.reload();
    const late = await held;
    answer = serving('{"keys":[]}');
    const reload = made.remote[0]?.reload();
    late.end(await setOf("one"));
    await Promise.all([before, reload]);
    await expect(made.verify(token)).rejects.toMatchObject(UNAUTHENTICATED);
  });

  test.for<[string, (response: ServerResponse) => unknown, RegExp]>([
    ["cannot be reached", (response) => response.destroy(), /cannot be fetched \(UND_ERR_SOCKET\)/],
    ["answers 500", (response) => response.writeHead(500).end(), /answers HTTP 500/],
    [
      "leads elsewhere",
      (response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
      /answers HTTP 302/,
    ],
    ["answers HTML", serving("<html>"), /is not a JSON Web Key Set/],
    ["answers a list", serving("[]"), /is not a JSON Web Key Set/],
    [
      "answers too many keys",
      serving(JSON.stringify({ keys: Array.from({ length: 101 }, () => ({})) })),
      /has 101 keys/,
    ],
    [
      "answers without an end",
      (response) => {
        const more = (): void => {
          while (response.write("x".repeat(65_536)));
        };
        response.on("drain", more).on("error", () => {});
        more();
      },
      /answers more than 1 MiB/,
    ],
    [
      "answers 1 MiB packed",
      (response) =>
        response.setHeader("content-encoding", "gzip").end(gzipSync(Buffer.alloc(64 * 1024 * 1024, 32))),
      /answers more than 1 MiB/,
    ],
  ])("stay in force for days while their host %s, which is reported once", async ([, fails, says]) => {
    const good = await setOf("one");
    answer = serving(good);
    const made = urlJwts();
    const token = await tokenOf("one");
    await made.verify(token);
    answer = fails;
    for (let count = 0; count < 3; count += 1) {
      elapsed += 86_400_000;
      const failure = await made.remote[0]?.reload();
      expect(failure?.message).toMatch(says);
      expect(failure?.message).toMatch(
        /^JWKS http:\/\/127\.0\.0\.1:\d+: .*; the keys that were fetched last stay in use$/,
      );
    }
    expect(await made.verify(token)).toMatchObject({ role: "read" });
    expect(events).toHaveLength(1);
    expect(made.ageMs()).toBe(3 * 86_400_000);
    answer = serving(good);
    await made.remote[0]?.reload();
    expect(events.at(-1)).toEqual({ subject: "the keys of JWTs", error: undefined });
    expect(made.ageMs()).toBe(0);
  });

  test("of which none was fetched yet make calls unavailable, and one request a second", async () => {
    answer = (response) => response.writeHead(503).end();
    const made = urlJwts();
    const token = await tokenOf("one");
    for (let count = 0; count < 20; count += 1) {
      await expect(made.verify(token)).rejects.toMatchObject({ code: "unavailable" });
    }
    expect(asked).toBe(1);
    expect(events).toEqual([{ subject: "the keys of JWTs", error: expect.any(NothingInForce) }]);
    expect(events[0]?.error?.message).toMatch(/ answers HTTP 503; no JWT is accepted until they are fetched/);
    answer = serving(await setOf("one"));
    elapsed += 1000;
    expect(await made.verify(token)).toMatchObject({ role: "read" });
  });

  test("are fetched for a key id that is unknown, once in 30 seconds", async () => {
    answer = serving(await setOf("one"));
    const made = urlJwts();
    await made.verify(await tokenOf("one"));
    answer = serving(await setOf("one", "two"));
    const token = await tokenOf("two");
    for (let count = 0; count < 20; count += 1) {
      await expect(made.verify(token)).rejects.toMatchObject(UNAUTHENTICATED);
    }
    elapsed += 30_000;
    await made.verify(token);
    for (let count = 0; count < 20; count += 1) {
      await expect(made.verify(await tokenOf("three", "one"))).rejects.toMatchObject(UNAUTHENTICATED);
    }
    expect(asked).toBe(2);
  });

  test("that are broken or weak are left out and named, and the others count", async () => {
    const weak = { kty: "RSA", n: Buffer.alloc(256, 0xf3).toString("base64url"), e: "AQAB", kid: "weak" };
    answer = serving((await setOf("one")).replace("[", `[null,${JSON.stringify(weak)},`));
    const made = urlJwts();
    await made.verify(await tokenOf("one"));
    expect(events).toHaveLength(1);
    expect(events[0]?.error).toBeInstanceOf(PartlyInForce);
    expect(events[0]?.error?.message).toMatch(
      /: key 1 is not used: it is not a JSON web key \(and 1 more\)$/,
    );
  });
});
