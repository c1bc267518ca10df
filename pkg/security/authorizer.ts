import type { EpochClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import { altNamesOf, type NameTable, nameTable } from "./alt-names.ts";
import { createJwts, type Jwts } from "./jwt.ts";
import type { AuthenticatedCaller, ReloadEvent, Role, ServerSecurity } from "./security.ts";
import { type TokenTable, watchTokenFile } from "./token-file.ts";
import type { WatchedFiles } from "./watched-files.ts";

/** What is known of a call before its body. */
export interface CallHead {
  /** The operation as the front names it, such as `c1.connector.v2.GrantManagerService/Grant`. */
  readonly operation: string;
  /** What the operation asks of its caller: the front knows. */
  readonly needs: Role | "anybody";
  readonly peer: string;
  /** The values of the `authorization` header. */
  readonly authorization: readonly string[];
  /** The names of a certificate that TLS has checked, as Node writes them; undefined without one. */
  readonly subjectAltName: string | undefined;
}

export interface Authorizer {
  /** Who calls. Rejects with `unauthenticated`, `permission-denied`, or `unavailable` when that cannot be told now. */
  authorize(head: CallHead): Promise<AuthenticatedCaller>;
  /** Looks at the files again. */
  look(): void;
}

export interface AuthorizerOptions {
  readonly security: ServerSecurity;
  /** Milliseconds since 1970. */
  readonly now: EpochClock;
  readonly onReload: (event: ReloadEvent) => void;
}

/** Throws `invalid-argument` or `failed-precondition` for rules and files that cannot be used. */
export function createAuthorizer({ security, now, onReload }: AuthorizerOptions): Authorizer {
  const { tls } = security;
  const certified = tls?.clientCaFile !== undefined;
  const names = tls === undefined ? undefined : nameTable(tls);
  if (names !== undefined && !certified) {
    throw new GovernanceError(
      "invalid-argument",
      "certificate names are listed, but no client authority is; name the file with the authority's certificate",
    );
  }
  const bearers = createBearers(security, now, onReload);

  return {
    async authorize(head) {
      const anonymous: AuthenticatedCaller = { name: head.peer, role: "provision" };
      if (head.needs === "anybody") return anonymous;
      const layers = [
        certified ? certificateCaller(head, names) : undefined,
        bearers === undefined ? undefined : await bearers.callerOf(head.authorization),
      ];
      const caller = lesser(layers.filter((layer) => layer !== undefined)) ?? anonymous;
      if (head.needs === "provision" && caller.role === "read") {
        throw new GovernanceError(
          "permission-denied",
          `this caller may only read, and ${head.operation} needs the provisioning role`,
        );
      }
      return caller;
    },
    look() {
      bearers?.look();
    },
  };
}

function certificateCaller(head: CallHead, table: NameTable | undefined): AuthenticatedCaller {
  if (head.subjectAltName === undefined && table !== undefined) {
    throw new GovernanceError("unauthenticated", "the client certificate has no subject alternative name");
  }
  const names = altNamesOf(head.subjectAltName);
  if (table === undefined) return { name: names[0] ?? head.peer, role: "provision" };
  const caller = table(names);
  if (caller !== undefined) return caller;
  throw new GovernanceError(
    "permission-denied",
    "the client certificate is valid, but none of its subject alternative names may call",
  );
}

/** The last one, the bearer, is the more telling name; it came by way of the first. */
function lesser(layers: readonly AuthenticatedCaller[]): AuthenticatedCaller | undefined {
  const name = layers.toReversed().map((layer) => layer.name);
  if (name.length === 0) return undefined;
  const role = layers.some((layer) => layer.role === "read") ? "read" : "provision";
  return { name: name.join(" via "), role };
}

interface Bearers {
  callerOf(authorization: readonly string[]): Promise<AuthenticatedCaller>;
  look(): void;
}

function createBearers(
  { tokensFile, jwt }: ServerSecurity,
  now: EpochClock,
  onReload: (event: ReloadEvent) => void,
): Bearers | undefined {
  if (tokensFile === undefined && jwt === undefined) return undefined;
  const tokens: WatchedFiles<TokenTable> | undefined =
    tokensFile === undefined ? undefined : watchTokenFile(tokensFile, onReload);
  const jwts: Jwts | undefined = jwt === undefined ? undefined : createJwts(jwt, now, onReload);
  return {
    async callerOf(authorization) {
      const token = bearerToken(authorization);
      const known = tokens?.current(token);
      if (known !== undefined) return known;
      if (jwts !== undefined && JWT_SHAPE.test(token)) return await jwts.verify(token);
      throw new GovernanceError("unauthenticated", "authorization: the token is not known");
    },
    look() {
      tokens?.look();
      jwts?.look();
    },
  };
}

const JWT_SHAPE = /^[\w-]+\.[\w-]+\.[\w-]+$/;

function bearerToken(authorization: readonly string[]): string {
  const [value, ...more] = authorization;
  const token = more.length === 0 ? /^bearer +(\S+)$/i.exec(value ?? "")?.[1] : undefined;
  if (token !== undefined) return token;
  throw new GovernanceError(
    "unauthenticated",
    "authorization: send one header `authorization: Bearer <token>`",
  );
}
