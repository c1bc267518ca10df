import { randomBytes, randomUUID } from "node:crypto";

import type { CredentialBook, Principal } from "./credentials.ts";
import { AwsError } from "./errors.ts";

/** A role that may be assumed. */
export interface RoleOptions {
  readonly arn: string;
  /** When set, the caller must send exactly this. */
  readonly externalId?: string;
  /** Longest session the role allows; 1 hour unless set. */
  readonly maxSessionMs?: number;
}

/** One AssumeRole that was granted. */
export interface AssumedRole {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly externalId: string | undefined;
  readonly accessKeyId: string;
  readonly expiresAtMs: number;
  /** The key that asked: for a chain of roles, the session before. */
  readonly askedBy: string;
}

export interface Sts {
  readonly assumed: readonly AssumedRole[];
  addRole(role: RoleOptions): void;
  /** The XML answer to a form-encoded body; AwsError when refused. */
  answer(body: URLSearchParams, principal: Principal, nowMs: number): string;
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/gu, (mark) => escapes[mark] ?? mark);

const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

/** An error in the Query protocol's XML. The session-expiry error has a shorter name here than in JSON APIs. */
export function stsErrorXml(error: AwsError, requestId: string): string {
  const code = error.code.replace(/Exception$/u, "");
  const side = error.status >= 500 ? "Receiver" : "Sender";
  return `<ErrorResponse xmlns="${namespace}"><Error><Type>${side}</Type><Code>${code}</Code><Message>${escaped(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}

const denied = (principal: Principal, roleArn: string): AwsError =>
  new AwsError(
    "AccessDeniedException",
    `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
    403,
  );

export function createSts(book: CredentialBook, given: readonly RoleOptions[]): Sts {
  const roles = new Map(given.map((role) => [role.arn, role]));
  const assumed: AssumedRole[] = [];

  function assumeRole(body: URLSearchParams, principal: Principal, nowMs: number): string {
    const roleArn = body.get("RoleArn") ?? "";
    const sessionName = body.get("RoleSessionName") ?? "";
    const externalId = body.get("ExternalId") ?? undefined;
    const durationMs = Number(body.get("DurationSeconds") ?? "3600") * 1000;
    if (!/^[\w+=,.@-]{2,64}$/u.test(sessionName)) {
      throw new AwsError(
        "ValidationError",
        `1 validation error detected: Value '${sessionName}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
      );
    }
    const role = roles.get(roleArn);
    if (role === undefined) throw denied(principal, roleArn);
    if (role.externalId !== undefined && role.externalId !== externalId) throw denied(principal, roleArn);
    if (durationMs > (role.maxSessionMs ?? 3_600_000)) {
      throw new AwsError(
        "ValidationError",
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
      );
    }
    const expiresAtMs = nowMs + durationMs;
    const accessKeyId = `ASIA${randomBytes(8).toString("hex").toUpperCase()}`;
    const secretAccessKey = randomBytes(30).toString("base64");
    const sessionToken = randomBytes(96).toString("base64");
    const arn = `${roleArn.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")}/${sessionName}`;
    book.add({ accessKeyId, secretAccessKey, sessionToken, arn, expiresAtMs });
    assumed.push({
      roleArn,
      sessionName,
      externalId,
      accessKeyId,
      expiresAtMs,
      askedBy: principal.accessKeyId,
    });
    const expiration = new Date(expiresAtMs).toISOString();
    return `<AssumeRoleResponse xmlns="${namespace}"><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROA3XFRBF535EXAMPLE:${escaped(sessionName)}</AssumedRoleId><Arn>${escaped(arn)}</Arn></AssumedRoleUser><Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey><SessionToken>${sessionToken}</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></AssumeRoleResponse>`;
  }

  return {
    assumed,
    addRole(role) {
      roles.set(role.arn, role);
    },
    answer(body, principal, nowMs) {
      const action = body.get("Action") ?? "";
      if (action === "AssumeRole") return assumeRole(body, principal, nowMs);
      throw new AwsError("InvalidAction", `Could not find operation ${action} for version 2011-06-15`);
    },
  };
}
