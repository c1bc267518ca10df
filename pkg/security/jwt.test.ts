import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createJwts, type Jwts } from "./jwt.ts";

const NOON = Date.parse("2026-11-21T12:00:00Z");
const CLAIMS = {
  iss: "https://idp",
  aud: "connector",
  sub: "robot",
  exp: NOON / 1000 + 60,
  roles: ["connector:read"],
};

let folder = "";
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "jwt-"));
  keys = await generateKeyPair("ES256");
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: "one", alg: "ES256" };
  writeFileSync(join(folder, "jwks.json"), JSON.stringify({ keys: [jwk] }));
});
afterAll(() => rmSync(folder, { recursive: true }));

function jwtsAt(now: number): Jwts {
  const jwks = { kind: "file", path: join(folder, "jwks.json") } as const;
  const rules = { jwks, issuer: CLAIMS.iss, audience: CLAIMS.aud, roleClaim: "roles" };
  return createJwts(rules, { now: () => now, monotonic: () => 0 }, () => {});
}

async function signed(more: object = {}): Promise<string> {
  const token = new SignJWT({ ...CLAIMS, ...more }).setProtectedHeader({ alg: "ES256", kid: "one" });
  return await token.sign(keys.privateKey);
}

describe("a JWT", () => {
  test("expires by the clock that is handed in, with a tolerance of five seconds", async () => {
    const token = await signed();
    const caller = { name: "jwt:https://idp robot", role: "read" };
    expect(await jwtsAt(NOON).verify(token)).toEqual(caller);
    expect(await jwtsAt(NOON + 64_000).verify(token)).toEqual(caller);
    await expect(jwtsAt(NOON + 65_000).verify(token)).rejects.toMatchObject({
      code: "unauthenticated",
      message: "authorization: the JWT has expired",
    });
  });

  test("without a role is of a caller who may not call", async () => {
    await expect(jwtsAt(NOON).verify(await signed({ roles: [] }))).rejects.toMatchObject({
      code: "permission-denied",
    });
  });
});

test.for(["http://idp.example.org/k", "http://localhost.evil.org/k", "http://localhost./k"])(
  "SECURITY-5: keys are not fetched from %s, where others could replace them",
  (url) => {
    const rules = {
      issuer: "i",
      audience: "a",
      roleClaim: "roles",
      jwks: { kind: "url", url: new URL(url) },
    } as const;
    const create = () => createJwts(rules, { now: () => NOON, monotonic: () => 0 }, () => {});
    expect(create).toThrow(/use https, or a file$/);
  },
);
