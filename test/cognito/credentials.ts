import { AwsError } from "./errors.ts";
import { isSignedWith, parseSignature, type SignedRequest } from "./sigv4.ts";

/** An access key that the server knows. Without a secret the signature is taken on trust. */
export interface CredentialOptions {
  readonly accessKeyId: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  /** The caller's ARN, for the texts of access denials. */
  readonly arn?: string;
  /** By the server's clock. */
  readonly expiresAtMs?: number;
}

export interface Principal {
  readonly accessKeyId: string;
  readonly arn: string;
  readonly region: string;
  readonly service: string;
}

export interface CredentialBook {
  add(options: CredentialOptions): void;
  /** From now on ExpiredTokenException. */
  expire(accessKeyId: string): void;
  /** From now on UnrecognizedClientException; also for a key that was never added. */
  revoke(accessKeyId: string): void;
  /** Takes an IAM permission away, from one key or from all. `action` is the bare operation name. */
  deny(action: string, accessKeyId?: string): void;
  allow(action: string): void;
  /** An identity policy: only these actions from now on. */
  allowOnly(actions: readonly string[]): void;
  authenticate(request: SignedRequest, nowMs: number): Principal;
  assertAllowed(principal: Principal, action: string, resource: string): void;
}

interface Known {
  readonly options: CredentialOptions;
  state: "valid" | "expired" | "revoked";
}

const expired = (): AwsError =>
  new AwsError("ExpiredTokenException", "The security token included in the request is expired");
const unrecognized = (): AwsError =>
  new AwsError("UnrecognizedClientException", "The security token included in the request is invalid.");
const badSignature = (text: string): AwsError => new AwsError("InvalidSignatureException", text);

/** With an empty list every access key is accepted; otherwise only the given keys and those of later sessions. */
export function createCredentialBook(
  accountId: string,
  given: readonly CredentialOptions[],
  isRegion: (region: string) => boolean,
): CredentialBook {
  const known = new Map<string, Known>();
  const denials: { action: string; accessKeyId: string | undefined }[] = [];
  const open = given.length === 0;
  let allowed: ReadonlySet<string> | undefined;

  const add = (options: CredentialOptions): void => {
    known.set(options.accessKeyId, { options, state: "valid" });
  };
  for (const options of given) add(options);

  const mark = (accessKeyId: string, state: Known["state"]): void => {
    const entry = known.get(accessKeyId) ?? { options: { accessKeyId }, state };
    entry.state = state;
    known.set(accessKeyId, entry);
  };

  function assertGenuine(entry: Known, request: SignedRequest, nowMs: number): void {
    const { options, state } = entry;
    const parts = parseSignature(request.headers.authorization);
    if (state === "revoked") throw unrecognized();
    const token = request.headers["x-amz-security-token"];
    if (options.sessionToken !== undefined && token !== options.sessionToken) throw unrecognized();
    if (state === "expired" || nowMs >= (options.expiresAtMs ?? Number.POSITIVE_INFINITY)) throw expired();
    if (options.secretAccessKey !== undefined && !isSignedWith(options.secretAccessKey, request, parts)) {
      throw badSignature(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
      );
    }
  }

  return {
    add,
    expire: (accessKeyId) => mark(accessKeyId, "expired"),
    revoke: (accessKeyId) => mark(accessKeyId, "revoked"),
    deny(action, accessKeyId) {
      denials.push({ action, accessKeyId });
    },
    allow(action) {
      for (let at = denials.length - 1; at >= 0; at -= 1) {
        if (denials[at]?.action === action) denials.splice(at, 1);
      }
    },
    allowOnly(actions) {
      allowed = new Set(actions);
    },
    authenticate(request, nowMs) {
      const parts = parseSignature(request.headers.authorization);
      if (parts.service !== "cognito-idp" && parts.service !== "sts") {
        throw badSignature("Credential should be scoped to correct service: 'cognito-idp'.");
      }
      if (parts.service === "cognito-idp" && !isRegion(parts.region)) {
        throw badSignature("Credential should be scoped to a valid region.");
      }
      const entry = known.get(parts.accessKeyId);
      if (entry === undefined && !open) throw unrecognized();
      if (entry !== undefined) assertGenuine(entry, request, nowMs);
      const arn = entry?.options.arn ?? `arn:aws:iam::${accountId}:user/connector`;
      return { accessKeyId: parts.accessKeyId, arn, region: parts.region, service: parts.service };
    },
    assertAllowed(principal, action, resource) {
      const denied = denials.some(
        (one) =>
          one.action === action &&
          (one.accessKeyId === undefined || one.accessKeyId === principal.accessKeyId),
      );
      if (!denied && allowed?.has(action) !== false) return;
      const full = `${principal.service}:${action}`;
      throw new AwsError(
        "AccessDeniedException",
        `User: ${principal.arn} is not authorized to perform: ${full} on resource: ${resource} because no identity-based policy allows the ${full} action`,
      );
    },
  };
}
