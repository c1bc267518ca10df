// What a call to AWS failed with, before it is judged.
//
//   COGNITO-1. An answer without what its operation always sends is an error, never an empty page.

/** The credentials could not be had. `stage` tells the key source from the role that its keys assume. */
export class CredentialsFailure extends Error {
  override readonly name = "CredentialsFailure";
  readonly stage: "keys" | "assume-role";

  constructor(stage: "keys" | "assume-role", cause: unknown) {
    super("no AWS credentials", { cause });
    this.stage = stage;
  }
}

/** A 200 whose body lacks what the operation always sends. Never an empty page (COGNITO-1). */
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
}

/** What is known of a foreign error. `text` is judged and never shown: it may quote attribute values (D20). */
export interface AwsFailure {
  readonly name: string;
  readonly text: string;
  /** AWS itself named the error. */
  readonly modeled: boolean;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  /** Node's code of a network or TLS failure. */
  readonly networkCode: string | undefined;
  readonly original: unknown;
}

/**
 * Reads what the SDK, Node or our own parsing threw; never throws itself. The request id is that of an answer which
 * came whole and did not please.
 */
export function readFailure(error: unknown, requestId?: string): AwsFailure {
  const metadata = property(error, "$metadata");
  const status = property(metadata, "httpStatusCode");
  const modeled = property(error, "$fault") !== undefined;
  return {
    name: safeName(property(error, "name")),
    text: textOrEmpty(property(error, "message")),
    modeled,
    status: typeof status === "number" ? status : undefined,
    requestId: safeRequestId(property(metadata, "requestId") ?? requestId),
    // A modeled exception may carry a member called code (InvalidParameterException has reasonCode): not Node's.
    networkCode: modeled ? undefined : networkCode(error),
    original: error,
  };
}

function networkCode(error: unknown): string | undefined {
  const code = property(error, "code");
  if (typeof code === "string") return safeName(code);
  const cause = property(error, "cause");
  return cause === undefined || cause === error ? undefined : networkCode(cause);
}

function property(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !(key in value)) return undefined;
  return Reflect.get(value, key);
}

function textOrEmpty(value: unknown): string {
  return typeof value === "string" ? value : "";
}

// Names and request ids come off the wire and go into messages and metric labels.
function safeName(value: unknown): string {
  return typeof value === "string" && /^[\w.#:-]{1,80}$/.test(value) ? value : "UnknownError";
}

/** The id as messages and records may show it; undefined for what is none. */
export function safeRequestId(value: unknown): string | undefined {
  return typeof value === "string" && /^[\w.=/+-]{1,128}$/.test(value) ? value : undefined;
}
