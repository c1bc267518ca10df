import type { Requester } from "../core/change.ts";
import type { Clocks } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import type { SecuritySettings } from "../core/security-settings.ts";
import { altNamesOf, type NameTable, nameTable } from "./alt-names.ts";
import type { AuthenticatedCaller, RequiredRole } from "./caller.ts";
import { certificateCallerName } from "./caller-name.ts";
import type { ClientCertificate, ClientCertificates } from "./client-certificates.ts";
import { createJwts, type JwtKeys, type Jwts } from "./jwt.ts";
import { type TokenTable, watchTokenFile } from "./token-file.ts";
import type { ReloadEvent, WatchedFiles } from "./watched-files.ts";

/** The part of a call that arrives before its body. */
export interface CallHead {
  /** The front that is called. */
  readonly via: Requester["via"];
  /** The operation as the front names it, such as `c1.connector.v2.GrantManagerService/Grant`. */
  readonly operation: string;
  readonly needs: RequiredRole;
  /** `address:port`: the name of a caller without credentials. */
  readonly peer: string;
  /** The values of the `authorization` header. */
  readonly authorization: readonly string[];
  /** The client certificate that TLS has checked, of a connection that `ServerTls.connected` knows. */
  readonly certificate: ClientCertificate | undefined;
}

export interface Authorizer extends Pick<JwtKeys, "files" | "remote" | "stop"> {
  /**
   * Returns the caller if the operation is allowed. Rejects with `unauthenticated` (HTTP: 401) for missing or wrong
   * credentials, `permission-denied` (403) for a caller without the role, and `unavailable` (503) while the keys of
   * JWTs cannot be fetched.
   */
  authorize(head: CallHead): Promise<AuthenticatedCaller>;
  jwksAgeMs(): number | undefined;
}

export interface AuthorizerOptions {
  readonly settings: SecuritySettings;
  readonly clocks: Clocks;
  /** Undefined where clients need no certificate. */
  readonly certificates: ClientCertificates | undefined;
  readonly onReload: (event: ReloadEvent) => void;
  /** A caller without the role was refused an operation that changes something. */
  readonly onRefused: (caller: AuthenticatedCaller, head: CallHead) => void;
}

/** Throws `invalid-argument` or `failed-precondition` for settings and files that cannot be used. */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { settings, clocks, certificates, onReload, onRefused } = options;
  const { tls } = settings;
  const names = tls === undefined ? undefined : nameTable(tls);
  if (names !== undefined && certificates === undefined) {
    throw new GovernanceError(
      "invalid-argument",
      "certificate names are listed without a client authority; name the file with the authority's certificate",
    );
  }
  const bearers = createBearers(settings, clocks, onReload);

  return {
    async authorize(head) {
      const anonymous: AuthenticatedCaller = { name: head.peer, role: "provision" };
      if (head.needs === "none") return anonymous;
      const layers = [
        certificates === undefined ? undefined : certificateCaller(head, certificates, names),
        bearers === undefined ? undefined : await bearers.callerOf(head.authorization),
      ];
      const caller = lesser(layers.filter((layer) => layer !== undefined)) ?? anonymous;
      if (head.needs === "provision" && caller.role === "read") {
        onRefused(caller, head);
        throw new GovernanceError(
          "permission-denied",
          `this caller may only read, and ${head.operation} needs the provisioning role`,
        );
      }
      return caller;
    },
    files: bearers?.files ?? [],
    remote: bearers?.remote ?? [],
    jwksAgeMs: () => bearers?.ageMs(),
    stop: () => bearers?.stop(),
  };
}

function certificateCaller(
  { certificate, peer }: CallHead,
  certificates: ClientCertificates,
  table: NameTable | undefined,
): AuthenticatedCaller {
  const refusal = certificate === undefined ? "is missing" : certificates.refusalOf(certificate);
  if (refusal !== undefined) {
    throw new GovernanceError("unauthenticated", `the client certificate ${refusal}; connect again`);
  }
  const subjectAltName = certificate?.subjectaltname;
  if (subjectAltName === undefined && table !== undefined) {
    throw new GovernanceError("unauthenticated", "the client certificate has no subject alternative name");
  }
  const names = altNamesOf(subjectAltName);
  if (table === undefined) {
    const [name] = names;
    return {
      name: name === undefined ? peer : certificateCallerName(name),
      role: "provision",
    };
  }
  const caller = table(names);
  if (caller !== undefined) return caller;
  throw new GovernanceError(
    "permission-denied",
    "the client certificate is valid, but none of its subject alternative names may call",
  );
}

/** Combines the callers of several layers into one: `<bearer> via <certificate>`, with the lesser of their roles. */
function lesser(layers: readonly AuthenticatedCaller[]): AuthenticatedCaller | undefined {
  const name = layers.toReversed().map((layer) => layer.name);
  if (name.length === 0) return undefined;
  const role = layers.some((layer) => layer.role === "read") ? "read" : "provision";
  return { name: name.join(" via "), role };
}

interface Bearers extends JwtKeys {
  callerOf(authorization: readonly string[]): Promise<AuthenticatedCaller>;
}

function createBearers(
  { tokensFile, jwt }: SecuritySettings,
  clocks: Clocks,
  onReload: (event: ReloadEvent) => void,
): Bearers | undefined {
  if (tokensFile === undefined && jwt === undefined) return undefined;
  const tokens: WatchedFiles<TokenTable> | undefined =
    tokensFile === undefined ? undefined : watchTokenFile(tokensFile, onReload);
  const jwts: Jwts | undefined = jwt === undefined ? undefined : createJwts(jwt, clocks, onReload);
  return {
    async callerOf(authorization) {
      const token = bearerToken(authorization);
      const known = tokens?.current(token);
      if (known !== undefined) return known;
      if (jwts !== undefined && JWT_SHAPE.test(token)) return await jwts.verify(token);
      throw new GovernanceError("unauthenticated", "authorization: the token is unknown");
    },
    files: [...(tokens === undefined ? [] : [tokens]), ...(jwts?.files ?? [])],
    remote: jwts?.remote ?? [],
    ageMs: () => jwts?.ageMs(),
    stop: () => jwts?.stop(),
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
