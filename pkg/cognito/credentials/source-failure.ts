// Which source of credentials failed, and why: the SDK's chain says neither.

import { fromHttp, fromInstanceMetadata } from "@aws-sdk/credential-providers";
import { type AwsFailure, readFailure, type SourceFailure } from "../failures/failure.ts";
import { shownText } from "../failures/shown-text.ts";
import { SILENT_LOGGER } from "../silent-logger.ts";
import { EndlessMetadata, limitingMetadata, SilentMetadata } from "./metadata-limit.ts";
import type { SourceRequest, SourceTrail, TrailStep } from "./source-trail.ts";

const NO_SOURCE =
  "no AWS credentials were found; set keys, a profile or a role, then check with `aws sts get-caller-identity`";

const CONTAINER_SERVICE = "the container's credential service (EKS Pod Identity agent or ECS)";
const CONTAINER_CURE = "check that its agent runs, and that the pod or task has a role";

export interface SourceFacts {
  /** Why the last refresh of an SSO session failed. */
  readonly lastRefresh: SourceRequest | undefined;
  /** How long a container's or an instance's own service may take for one answer. */
  readonly timeoutMs: number;
  /** The chain has given keys before: what gave them is there, and has failed for a while. */
  readonly hadKeys: boolean;
}

export async function sourceFailureOf(
  error: unknown,
  trail: SourceTrail,
  { lastRefresh, timeoutMs, hadKeys }: SourceFacts,
): Promise<SourceFailure> {
  const last = trail.steps.at(-1);
  if (error instanceof EndlessMetadata) return { message: error.message, passes: "no", cause: error };
  if (error instanceof SilentMetadata) return failureOfSilence(error, last);
  const endless = /could not load credentials from any providers/i.test(readFailure(error).text);
  if (!endless && last !== undefined) return failureOfLast(error, last, trail, lastRefresh);
  return (
    failureOfProfile(error, trail.steps) ??
    (last?.source === "container" ? await failureOfContainer(error, timeoutMs) : undefined) ??
    (last?.source === "instance" ? await failureOfInstance(error, { timeoutMs, hadKeys }) : undefined) ?? {
      message: NO_SOURCE,
      passes: "no",
      cause: error,
    }
  );
}

/** The chain stopped at this source. */
function failureOfLast(
  error: unknown,
  { source }: TrailStep,
  trail: SourceTrail,
  lastRefresh: SourceRequest | undefined,
): SourceFailure {
  const failure = readFailure(error);
  const request = trail.failedRequest();
  if (source === "sso") {
    return failureOfSso(failure, request ?? (isOver(failure.text) ? lastRefresh : undefined));
  }
  if (source === "web-identity") return failureOfWebIdentity(failure, request);
  return {
    message: `the credentials of the profile cannot be had: ${said(failure)}${hostOf(request)}; check the profile in the shared AWS files`,
    passes: passesOf(failure, request),
    cause: request?.error ?? error,
  };
}

function failureOfSso(failure: AwsFailure, request: SourceRequest | undefined): SourceFailure {
  const { text, original } = failure;
  if (request !== undefined && (request.error !== undefined || isTransientStatus(request.status))) {
    const why = request.error === undefined ? `HTTP ${request.status}` : said(readFailure(request.error));
    return {
      message: `AWS SSO (IAM Identity Center) cannot be reached: ${why}${hostOf(request)}; check network, proxy and the Region of the SSO session`,
      passes: passesOf(failure, request),
      cause: request.error ?? original,
    };
  }
  if (/forbidden|no access/i.test(text)) {
    return {
      message:
        "AWS SSO (IAM Identity Center) does not give the role of the profile to this user (ForbiddenException); have the role assigned, or check sso_account_id and sso_role_name of the profile",
      passes: "no",
      cause: original,
    };
  }
  if (isOver(text)) {
    return {
      message: "the SSO session has expired or does not exist; run `aws sso login` for the profile",
      passes: "no",
      cause: original,
    };
  }
  return {
    message: `AWS SSO (IAM Identity Center) gives no credentials: ${said(failure)}; check the profile in the shared AWS files`,
    passes: "no",
    cause: original,
  };
}

function isOver(text: string): boolean {
  return /aws sso login|session token not found|unauthorizedexception/i.test(text);
}

function failureOfWebIdentity(failure: AwsFailure, request: SourceRequest | undefined): SourceFailure {
  const { name, text, original } = failure;
  const passes = passesOf(failure, request);
  if (failure.networkCode === "ENOENT" || failure.networkCode === "EACCES") {
    return {
      message: `the web identity token cannot be read (${failure.networkCode}); check the file that AWS_WEB_IDENTITY_TOKEN_FILE names`,
      passes: "no",
      cause: original,
    };
  }
  if (passes !== "no" || failure.networkCode !== undefined) {
    return {
      message: `STS cannot be reached with the web identity token: ${said(failure)}${hostOf(request)}; check network and proxy`,
      passes,
      cause: original,
    };
  }
  const expired = name.startsWith("Expired") || /expired/i.test(text);
  return {
    message: expired
      ? `STS rejects the web identity token: it has expired (${name}); the platform must renew the file that AWS_WEB_IDENTITY_TOKEN_FILE names`
      : `STS rejects the web identity token (${name}); check the role AWS_ROLE_ARN, its trust policy and the identity provider`,
    passes: "no",
    cause: original,
  };
}

/** The chain went on to the other sources, and would have used them, although a profile was asked for. */
function failureOfProfile(error: unknown, steps: readonly TrailStep[]): SourceFailure | undefined {
  const texts = steps.flatMap(({ texts: all }) => all);
  const failure = (message: string): SourceFailure => ({ message, passes: "no", cause: error });
  const process = texts.find((text) => /^Command failed|credential_process returned/i.test(text));
  if (process !== undefined) {
    return failure(
      `the credential_process of the profile fails: ${processFailure(process)}; run its command by hand`,
    );
  }
  const [, named] = /using profile: \[([^\]]*)\]/.exec(texts.join("\n")) ?? [];
  const [, missing] = /Profile (.*) could not be found/.exec(texts.join("\n")) ?? [];
  if (missing !== undefined && missing !== "default") {
    return failure(
      `there is no profile ${JSON.stringify(missing)} in the shared AWS files; check aws-profile (AWS_PROFILE), or add the profile to ~/.aws/config`,
    );
  }
  if (named === undefined || named === "default") return undefined;
  return failure(
    `the profile ${JSON.stringify(named)} in the shared AWS files has no credentials; give it keys, a role, a credential_process or an SSO session`,
  );
}

/** What the command itself wrote, without the command: that may hold a secret. */
function processFailure(text: string): string {
  if (!text.startsWith("Command failed")) return "its output is not the JSON that AWS asks for";
  const written = text.split("\n").slice(1).join(" ").trim();
  return written === "" ? "the command ends with an error and says nothing" : `"${shownText(written, [])}"`;
}

function failureOfSilence(error: SilentMetadata, last: TrailStep | undefined): SourceFailure {
  const message =
    last?.source === "instance"
      ? instanceIsSilent(error.message)
      : `${CONTAINER_SERVICE} does not answer: ${error.message}; ${CONTAINER_CURE}`;
  return { message, passes: "soon", cause: error };
}

/** Asks once more: the chain does not say what the container service answered. */
async function failureOfContainer(error: unknown, timeoutMs: number): Promise<SourceFailure> {
  const failure = readFailure(
    await failureOfCall(() => fromHttp({ maxRetries: 0, logger: SILENT_LOGGER })(), timeoutMs),
  );
  const status = statusIn(failure.text);
  if (status === undefined && failure.networkCode === "ENOENT") {
    return {
      message:
        "the token for the container's credentials cannot be read (ENOENT); check the file that AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names",
      passes: "no",
      cause: error,
    };
  }
  return {
    message: `${CONTAINER_SERVICE} ${status === undefined ? `does not answer: ${said(failure)}` : `answers HTTP ${status}`}; ${CONTAINER_CURE}`,
    passes: status === undefined || isTransientStatus(status) ? "soon" : "no",
    cause: error,
  };
}

async function failureOfInstance(
  error: unknown,
  { timeoutMs, hadKeys }: Pick<SourceFacts, "timeoutMs" | "hadKeys">,
): Promise<SourceFailure> {
  const asked = await failureOfCall(
    () => fromInstanceMetadata({ maxRetries: 0, logger: SILENT_LOGGER })(),
    timeoutMs,
  );
  const failure = readFailure(asked);
  const status = statusOf(asked);
  if (status !== undefined && status !== 404) {
    return {
      message: `the instance metadata service answers HTTP ${status} instead of credentials; check the instance, or set keys, a profile or a role`,
      passes: isTransientStatus(status) ? "soon" : "no",
      cause: error,
    };
  }
  if (status === undefined && hadKeys) {
    return { message: instanceIsSilent(failure.networkCode ?? failure.text), passes: "soon", cause: error };
  }
  const why =
    status === 404
      ? "has no role for this instance"
      : `does not answer (${failure.networkCode ?? failure.name})`;
  return {
    message: NO_SOURCE.replace(
      ";",
      `: there are no keys, no profile and no web identity, and the instance metadata service ${why};`,
    ),
    passes: status === 404 ? "no" : "once",
    cause: error,
  };
}

function instanceIsSilent(why: string): string {
  return `the instance metadata service does not answer: ${why}; check the instance, or set keys, a profile or a role`;
}

async function failureOfCall(call: () => Promise<unknown>, timeoutMs: number): Promise<unknown> {
  try {
    await limitingMetadata(call, timeoutMs);
    return undefined;
  } catch (error) {
    return error;
  }
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("statusCode" in error)) return undefined;
  return typeof error.statusCode === "number" ? error.statusCode : undefined;
}

function statusIn(text: string): number | undefined {
  const [, status] = /\bstatus: (\d{3})\b/.exec(text) ?? [];
  return status === undefined ? undefined : Number(status);
}

function isTransientStatus(status: number | undefined): boolean {
  return status !== undefined && (status === 429 || status >= 500);
}

function passesOf(failure: AwsFailure, request: SourceRequest | undefined): SourceFailure["passes"] {
  const { networkCode, text } = request?.error === undefined ? failure : readFailure(request.error);
  if (/CERT|^ERR_TLS|SELF_SIGNED|UNABLE_TO_/.test(networkCode ?? "")) return "no";
  // A proxy that refuses goes on refusing.
  if (networkCode === "ERR_PROXY_TUNNEL") return / 5\d\d /.test(text) ? "soon" : "no";
  if (networkCode !== undefined || isTransientStatus(request?.status ?? failure.status)) return "soon";
  return /^(Throttl|TooManyRequests|IDPCommunicationError|InternalFailure|ServiceUnavailable|TimeoutError)/.test(
    failure.name,
  )
    ? "soon"
    : "no";
}

/** The error in a few words: the answer of a proxy, a code of the network, or the name and AWS's text. */
function said({ networkCode, text, name }: AwsFailure): string {
  const [, proxy] = /HTTP\/1\.\d (\d{3}[\w -]*)/.exec(text) ?? [];
  if (proxy !== undefined) return `the proxy refuses the connection (${proxy.trim()})`;
  const [network] = /\bE[A-Z]{4,}\b/.exec(text) ?? [];
  if (networkCode !== undefined || network !== undefined) return networkCode ?? network ?? "";
  const shown = shownText(text, []);
  return shown === "" ? name : shown;
}

function hostOf(request: SourceRequest | undefined): string {
  return request === undefined ? "" : `, at ${request.host}`;
}
