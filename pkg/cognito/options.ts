import type { CallClock } from "../core/clock.ts";
import type { AwsCallEvent, AwsWaitEvent } from "../core/events.ts";
import type { Throttle } from "../core/throttle.ts";
import type { RetryPolicy } from "./calls/retry.ts";

/**
 * Where the keys come from. `default` is the provider chain of the AWS SDK (environment, SSO, shared files, web identity,
 * container and instance roles), optionally with one profile.
 */
export type AwsKeySource =
  | { readonly kind: "default"; readonly profile?: string | undefined }
  | {
      readonly kind: "static";
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string | undefined;
    };

/** A role to assume with the keys, before the first call and again shortly before its session expires. */
export interface AssumeRole {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly externalId?: string | undefined;
  /** From 900 to the maximum of the role. */
  readonly durationSeconds: number;
  /** Default: STS in the pool's Region. */
  readonly stsEndpoint?: string | undefined;
}

export type CredentialOptions = AwsKeySource & { readonly assumeRole?: AssumeRole | undefined };

/** The values of HTTPS_PROXY, HTTP_PROXY and NO_PROXY. This package does not read the environment. */
export interface ProxyOptions {
  readonly httpsProxy?: string | undefined;
  readonly httpProxy?: string | undefined;
  readonly noProxy?: string | undefined;
}

export interface CognitoOptions {
  readonly poolId: string;
  readonly region: string;
  readonly throttle: Throttle;
  readonly credentials: CredentialOptions;
  /** Replaces the Region's endpoint. Cannot be combined with `fips` or `dualStack`. */
  readonly endpoint?: string | undefined;
  /** Requests may leave this machine in plain text. */
  readonly insecure?: boolean | undefined;
  /** Called once for each host that is neither AWS's nor that of `endpoint`. */
  readonly onForeignHost?: ((host: string) => void) | undefined;
  readonly fips?: boolean | undefined;
  readonly dualStack?: boolean | undefined;
  readonly proxy?: ProxyOptions | undefined;
  /** PEM of the CAs to trust in place of those of Node.js. */
  readonly caBundle?: string | undefined;
  /** Default 5 000. */
  readonly connectTimeoutMs?: number | undefined;
  /** The longest that one attempt may take, until its answer is complete. */
  readonly httpTimeoutMs: number;
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** Replaces `retry.maxTotalMs` for calls that do not change the pool. */
  readonly readPatienceMs?: number | undefined;
  /** The longest time without a byte, after which an attempt is cut. Default 30 000. */
  readonly idleTimeoutMs?: number | undefined;
  readonly onCall?: ((event: AwsCallEvent) => void) | undefined;
  /** Must not throw. */
  readonly onWait?: ((event: AwsWaitEvent) => void) | undefined;
  readonly clock?: CallClock | undefined;
  /** Uniform in [0, 1), for the jitter between attempts. */
  readonly random?: (() => number) | undefined;
}

export const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
export const DEFAULT_IDLE_TIMEOUT_MS = 30_000;
