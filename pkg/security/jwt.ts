import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from "jose";
import type { EpochClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import { isProtectedUrl } from "../core/listen-address.ts";
import type { JwtSettings } from "../core/security-settings.ts";
import type { AuthenticatedCaller } from "./caller.ts";
import { jwtCallerName } from "./caller-name.ts";
import type { ReloadEvent } from "./watched-files.ts";
import { type ReloadableFiles, type WatchedFiles, watchFiles } from "./watched-files.ts";

export interface Jwts {
  /**
   * The caller that the JWT names. Rejects with `unauthenticated`, `permission-denied`, or `unavailable` when the keys
   * cannot be fetched.
   */
  verify(token: string): Promise<AuthenticatedCaller>;
  /** The key file. A URL is fetched again without it. */
  readonly files: readonly ReloadableFiles[];
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
export function createJwts(
  rules: JwtSettings,
  now: EpochClock,
  onReload: (event: ReloadEvent) => void,
): Jwts {
  const { issuer, audience } = rules;
  if (issuer === "" || audience === "") {
    throw new GovernanceError(
      "invalid-argument",
      "JWT: issuer and audience must be given; without them tokens for other services would be accepted",
    );
  }
  const keys = jwtKeys(rules.jwks, onReload);
  return {
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, keys.current(), {
          issuer,
          audience,
          algorithms: ALGORITHMS,
          requiredClaims: ["exp", "sub"],
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: new Date(now()),
        });
        return callerOf(payload, rules);
      } catch (error) {
        throw verifyFailure(error);
      }
    },
    files: keys.files,
  };
}

interface JwtKeys {
  readonly current: () => JWTVerifyGetKey;
  readonly files: readonly ReloadableFiles[];
}

function jwtKeys(jwks: JwtSettings["jwks"], onReload: (event: ReloadEvent) => void): JwtKeys {
  if (jwks.kind === "file") {
    const file = watchKeyFile(jwks.path, onReload);
    return { current: () => file.current, files: [file] };
  }
  const { url } = jwks;
  if (!isProtectedUrl(url)) {
    throw new GovernanceError(
      "invalid-argument",
      `JWKS ${url.protocol}//${url.host}: anybody on the network path could replace the keys; use https, or a file`,
    );
  }
  const remote = createRemoteJWKSet(url, {
    timeoutDuration: 5000,
    cooldownDuration: 30_000,
    cacheMaxAge: 600_000,
  });
  return { current: () => remote, files: [] };
}

function watchKeyFile(path: string, onReload: (event: ReloadEvent) => void): WatchedFiles<JWTVerifyGetKey> {
  return watchFiles({
    subject: "the JWKS file",
    paths: [path],
    load: ([content]) => {
      try {
        const keys: unknown = JSON.parse(content?.toString() ?? "");
        // The library checks the keys themselves.
        if (!isKeySet(keys)) throw new TypeError("no keys");
        return createLocalJWKSet(keys);
      } catch (error) {
        throw new GovernanceError(
          "failed-precondition",
          `${path}: is not a JSON Web Key Set; it must be {"keys": […]}`,
          {
            cause: error,
          },
        );
      }
    },
    onReload,
  });
}

function isKeySet(value: unknown): value is Parameters<typeof createLocalJWKSet>[0] {
  return typeof value === "object" && value !== null && "keys" in value && Array.isArray(value.keys);
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
  if (REFUSING.some((kind) => error instanceof kind)) return refused("the JWT is not signed by a known key");
  // Everything else is a failure to fetch the keys, which the caller has no part in.
  return new GovernanceError(
    "unavailable",
    "the keys that JWTs are checked with cannot be fetched; try again",
    {
      cause: error,
    },
  );
}

const REFUSING = [
  errors.JWSInvalid,
  errors.JWTInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
] as const;
