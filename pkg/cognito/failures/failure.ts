// The failure of a call to AWS, before it is classified.

import { sentValuesOf } from "./sent-values.ts";

/** Why no keys could be had. */
export interface SourceFailure {
  /** The source, its own failure, and the cure: one line without a secret. */
  readonly message: string;
  /** It may pass by itself: `soon` is worth waiting for, `once` is asked one more time. */
  readonly passes: "soon" | "once" | "no";
  /** What the source or its connection failed with. */
  readonly cause: unknown;
}

/** No credentials could be obtained. `stage` says whether the keys or the role assumed with them failed. */
export class CredentialsFailure extends Error {
  override readonly name = "CredentialsFailure";
  readonly stage: "keys" | "assume-role";
  /** Which source of keys failed, and why. */
  readonly source: SourceFailure | undefined;

  constructor(stage: "keys" | "assume-role", cause: unknown, source?: SourceFailure) {
    super("no AWS credentials", { cause });
    this.stage = stage;
    this.source = source;
  }
}

/** A response of 200 without a member that the operation always sends. Never an empty page (COGNITO-1). */
export class MalformedAnswer extends Error {
  override readonly name = "MalformedAnswer";
  readonly member: string;

  constructor(member: string) {
    super(`the answer has no ${member}`);
    this.member = member;
  }
}

/** An attempt passed its deadline. */
export class AttemptTimeout extends Error {
  override readonly name = "AttemptTimeout";
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** The members of a foreign error. `text` may quote attribute values, so it is shown through `shownText` only (D20). */
export interface AwsFailure {
  readonly name: string;
  readonly text: string;
  /** AWS named the error in its response. */
  readonly modeled: boolean;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** Node's code of a network or TLS failure. */
  readonly networkCode: string | undefined;
  /** A connection that was made has failed, so the request may have been sent. */
  readonly wasConnected: boolean;
  /** The values of the request; undefined if they are not known. */
  readonly sent: readonly string[] | undefined;
  readonly original: unknown;
}

/**
 * Reads an error of the SDK, of Node or of our own parsing. Never throws. `requestId` is that of an answer that was
 * complete and could not be parsed.
 */
export function readFailure(error: unknown, requestId?: string): AwsFailure {
  const metadata = property(error, "$metadata");
  const status = property(metadata, "httpStatusCode");
  const modeled = property(error, "$fault") !== undefined;
  const network = networkFailure(error);
  return {
    name: safeName(property(error, "name")),
    text: textOrEmpty(property(error, "message")),
    modeled,
    status: typeof status === "number" ? status : undefined,
    requestId: safeRequestId(property(metadata, "requestId") ?? requestId),
    // An error that AWS named may have a member called code of its own, which is not Node's.
    networkCode: modeled ? undefined : codeOf(network),
    wasConnected: SENT_BY.test(textOrEmpty(property(network, "syscall"))),
    sent: sentValuesOf(error),
    original: error,
  };
}

/** What Node failed with: the first of the causes that has a code. */
function networkFailure(error: unknown): unknown {
  if (codeOf(error) !== undefined) return error;
  const cause = property(error, "cause");
  return cause === undefined || cause === error ? undefined : networkFailure(cause);
}

function codeOf(error: unknown): string | undefined {
  const code = property(error, "code");
  return typeof code === "string" ? safeName(code) : undefined;
}

/** The system calls on a connection; `connect` and `getaddrinfo` come before there is one. */
const SENT_BY = /^(read|writev?|shutdown)$/;

function property(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !(key in value)) return undefined;
  return Reflect.get(value, key);
}

function textOrEmpty(value: unknown): string {
  return typeof value === "string" ? value : "";
}

// Names and request ids come from the network and go into messages and metric labels.
function safeName(value: unknown): string {
  return typeof value === "string" && /^[\w.#:-]{1,80}$/.test(value) ? value : "UnknownError";
}

/** The id if messages and records may show it; undefined for any other value. */
export function safeRequestId(value: unknown): string | undefined {
  return typeof value === "string" && /^[\w.=/+-]{1,128}$/.test(value) ? value : undefined;
}
