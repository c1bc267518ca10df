import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import type { EpochClock } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import { createCredentials } from "../credentials/credentials.ts";
import { rememberSentValues } from "../failures/sent-values.ts";
import { type CognitoOptions, DEFAULT_CONNECT_TIMEOUT_MS, DEFAULT_IDLE_TIMEOUT_MS } from "../options.ts";
import { SILENT_LOGGER } from "../silent-logger.ts";
import { createAnswerTurns } from "./answer-turns.ts";
import { createEndpointGuard } from "./endpoint-guard.ts";
import { createRequestHandlers } from "./http.ts";
import { makeLessPerCall } from "./less-per-call.ts";
import { collectAnswer, readListingAnswers } from "./listing-answers.ts";
import { SigningHash } from "./signing-hash.ts";

/** A service on the same machine or node: its answer takes milliseconds, or one call to AWS. */
const MAX_METADATA_MS = 5_000;

/** The SDK's client for one pool, with the credentials that sign its calls. */
interface CognitoClient {
  readonly sdk: CognitoIdentityProviderClient;
  /**
   * Fetches credentials if there are none, or if AWS rejected those of the given generation. Resolves with the
   * generation in use; rejects with CredentialsFailure.
   */
  ready(refusedGeneration: number | undefined): Promise<number>;
  close(): void;
}

/** Opens no connection. Throws `invalid-argument` for settings that cannot be combined. */
export function createClient(options: CognitoOptions, now: EpochClock): CognitoClient {
  const { endpoint, fips = false, dualStack = false } = options;
  if (endpoint !== undefined && (fips || dualStack)) {
    throw new GovernanceError(
      "invalid-argument",
      `endpoint-url ${endpoint} cannot be combined with FIPS or dual-stack, which choose the endpoint themselves; remove one of them`,
    );
  }
  const handlers = createRequestHandlers({
    proxy: options.proxy,
    caBundle: options.caBundle,
    connectTimeoutMs: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    httpTimeoutMs: options.httpTimeoutMs,
    idleTimeoutMs: options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
    answerTurns: createAnswerTurns(),
    endpoints: createEndpointGuard({
      endpoint,
      insecure: options.insecure ?? false,
      onForeignHost: options.onForeignHost,
    }),
  });
  const credentials = createCredentials(options.credentials, {
    region: options.region,
    fips,
    requestHandler: handlers.credentials,
    metadataTimeoutMs: Math.min(options.httpTimeoutMs, MAX_METADATA_MS),
    now,
  });
  const sdk = new CognitoIdentityProviderClient({
    region: options.region,
    credentials: credentials.provider,
    requestHandler: handlers.cognito,
    streamCollector: collectAnswer,
    sha256: SigningHash,
    // A retry inside the SDK would spend quota without taking a turn from the limiter (D8).
    maxAttempts: 1,
    retryMode: "standard",
    logger: SILENT_LOGGER,
    // Left out when not set, so that the SDK still reads its own environment variables.
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(fips || endpoint !== undefined ? { useFipsEndpoint: fips } : {}),
    ...(dualStack || endpoint !== undefined ? { useDualstackEndpoint: dualStack } : {}),
  });
  // It copies every response to redact it, which takes a tenth of the time of a page. Our logger drops the result.
  sdk.middlewareStack.remove("loggerMiddleware");
  rememberSentValues(sdk);
  readListingAnswers(sdk);
  makeLessPerCall(sdk);

  return {
    sdk,
    async ready(refusedGeneration) {
      await sdk.config.credentials(
        credentials.generation() === refusedGeneration ? { forceRefresh: true } : {},
      );
      return credentials.generation();
    },
    close() {
      sdk.destroy();
    },
  };
}
