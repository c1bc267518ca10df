import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import type { Clocks } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import { isProtectedUrl } from "../core/listen-address.ts";
import type { JwtSettings } from "../core/security-settings.ts";
import type { AuthenticatedCaller } from "./caller.ts";
import { jwtCallerName } from "./caller-name.ts";
import { parseJwkSet } from "./jwk-set.ts";
import { watchJwksUrl } from "./jwks-url.ts";
import type { ReloadEvent } from "./watched-files.ts";
import { type ReloadableFiles, type ReloadableSource, watchFiles } from "./watched-files.ts";

/** Where the keys come from. */
export interface JwtKeys {
  /** The key file, whose changes are looked for. */
  readonly files: readonly ReloadableFiles[];
  /** The URL, which is fetched again by itself. */
  readonly remote: readonly ReloadableSource[];
  /** Since the keys were last fetched; undefined for a file. */
  ageMs(): number | undefined;
  stop(): void;
}

export interface Jwts extends JwtKeys {
  /**
   * The caller that the JWT names. Rejects with `unauthenticated`, `permission-denied`, or `unavailable` when the keys
   * cannot be fetched.
   */
  verify(token: string): Promise<AuthenticatedCaller>;
}

/** Only public-key signatures: with a shared secret every service that checks tokens could also sign them. */
const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

const CLOCK_TOLERANCE_SECONDS = 5;

/** Throws `invalid-argument` or `failed-precondition` for keys that cannot be used. */
export function createJwts(rules: JwtSettings, clocks: Clocks, onReload: (event: ReloadEvent) => void): Jwts {
  const { issuer, audience } = rules;
  if (issuer === "" || audience === "") {
    throw new GovernanceError(
      "invalid-argument",
      "JWT: issuer and audience must be given; without them tokens for other services would be accepted",
    );
  }
  const { getKey, ...keys } = jwtKeys(rules.jwks, clocks, onReload);
  return {
    ...keys,
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, getKey, {
          issuer,
          audience,
          algorithms: ALGORITHMS,
          requiredClaims: ["exp", "sub"],
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: new Date(clocks.now()),
        });
        return callerOf(payload, rules);
      } catch (error) {
        throw verifyFailure(error);
      }
    },
  };
}

function jwtKeys(
  jwks: JwtSettings["jwks"],
  { monotonic }: Clocks,
  onReload: (event: ReloadEvent) => void,
): JwtKeys & { readonly getKey: JWTVerifyGetKey } {
  if (jwks.kind === "file") {
    const { path } = jwks;
    const file = watchFiles({
      subject: "the JWKS file",
      paths: [path],
      load: ([content]) => parseJwkSet(path, String(content)),
      onReload,
    });
    return {
      getKey: (header, token) => file.current.getKey(header, token),
      files: [file],
      remote: [],
      ageMs: () => undefined,
      stop: () => {},
    };
  }
  const { url } = jwks;
  if (!isProtectedUrl(url)) {
    throw new GovernanceError(
      "invalid-argument",
      `JWKS ${url.protocol}//${url.host}: anybody on the network path could replace the keys; use https, or a file`,
    );
  }
  const keys = watchJwksUrl({ url, monotonic, onReload });
  return {
    getKey: keys.getKey,
    files: [],
    remote: [keys],
    ageMs: () => keys.ageMs(),
    stop: () => keys.stop(),
  };
}

const READ = "connector:read";
const PROVISION = "connector:provision";

function callerOf(payload: JWTPayload, { issuer, roleClaim }: JwtSettings): AuthenticatedCaller {
  const claim = payload[roleClaim];
  const given: readonly unknown[] =
    typeof claim === "string" ? claim.split(" ") : Array.isArray(claim) ? claim : [];
  // The library checks that it is there, and not that it is a text.
  const subject: unknown = payload.sub;
  if (typeof subject !== "string" || subject === "") {
    throw new GovernanceError("unauthenticated", "authorization: the JWT's sub is not as expected");
  }
  const name = jwtCallerName(issuer, subject);
  if (given.includes(PROVISION)) return { name, role: "provision" };
  if (given.includes(READ)) return { name, role: "read" };
  throw new GovernanceError(
    "permission-denied",
    `authorization: the JWT's ${roleClaim} gives neither ${READ} nor ${PROVISION}`,
  );
}

function verifyFailure(error: unknown): GovernanceError {
  if (error instanceof GovernanceError) return error;
  const refused = (why: string) =>
    new GovernanceError("unauthenticated", `authorization: ${why}`, { cause: error });
  if (error instanceof errors.JWTExpired) return refused("the JWT has expired");
  if (error instanceof errors.JWTClaimValidationFailed)
    return refused(`the JWT's ${error.claim} is not as expected`);
  // Fetching the keys has an error of its own. What is left is a token, or a key, that nothing can be proved with.
  return refused("the JWT is not signed by a known key");
}
