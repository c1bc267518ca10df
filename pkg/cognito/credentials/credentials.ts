import { fromNodeProviderChain, fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { NodeHttpHandler } from "@smithy/node-http-handler";
import type { EpochClock } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import { CredentialsFailure } from "../failures/failure.ts";
import type { AssumeRole, AwsKeySource, CredentialOptions } from "../options.ts";
import { SILENT_LOGGER } from "../silent-logger.ts";
import { type CachedCredentials, type CredentialProvider, cacheCredentials } from "./cached-credentials.ts";
import { limitingMetadata } from "./metadata-limit.ts";
import { sourceFailureOf } from "./source-failure.ts";
import { createSourceTrail, type SourceRequest } from "./source-trail.ts";

interface CredentialDeps {
  readonly region: string;
  readonly fips: boolean;
  readonly requestHandler: NodeHttpHandler;
  /** How long a container's or an instance's own service may take for one answer. */
  readonly metadataTimeoutMs: number;
  readonly now: EpochClock;
}

/** The credentials of all calls: the keys, or a role assumed with them. Rejects with CredentialsFailure. */
export function createCredentials(options: CredentialOptions, deps: CredentialDeps): CachedCredentials {
  const keys = cacheCredentials(withStage("keys", keyProvider(options, deps)), deps.now);
  if (options.assumeRole === undefined) return keys;
  const role = roleProvider(options.assumeRole, keys, deps);
  return cacheCredentials(withStage("assume-role", role), deps.now);
}

function keyProvider(
  source: AwsKeySource,
  { requestHandler, metadataTimeoutMs: timeoutMs }: CredentialDeps,
): CredentialProvider {
  if (source.kind === "static") {
    const { accessKeyId, secretAccessKey, sessionToken } = source;
    return async () => ({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    });
  }
  // The SDK asks for a new SSO token at most every 30 seconds, and says nothing about a refresh that failed.
  let lastRefresh: SourceRequest | undefined;
  let hadKeys = false;
  return async (properties) => {
    const trail = createSourceTrail(requestHandler);
    try {
      const chain = fromNodeProviderChain({
        ...(source.profile === undefined ? {} : { profile: source.profile }),
        // So that a refresh sees keys that were rotated in the shared files.
        ignoreCache: true,
        logger: trail.logger,
        // No region here: the SSO client would use it instead of the Region of the SSO session. Our own retry policy
        // covers these calls too.
        clientConfig: { requestHandler: trail.requestHandler, maxAttempts: 1 },
      });
      const keys = await limitingMetadata(() => chain(properties), timeoutMs);
      hadKeys = true;
      return keys;
    } catch (error) {
      const failed = trail.failedRequest();
      if (failed?.host.startsWith("oidc.") === true) lastRefresh = failed;
      throw new CredentialsFailure(
        "keys",
        error,
        await sourceFailureOf(error, trail, { lastRefresh, timeoutMs, hadKeys }),
      );
    }
  };
}

function roleProvider(
  role: AssumeRole,
  keys: CachedCredentials,
  { region, fips, requestHandler }: CredentialDeps,
): CredentialProvider {
  const provider = fromTemporaryCredentials({
    masterCredentials: keys.provider,
    params: {
      RoleArn: role.roleArn,
      RoleSessionName: role.sessionName,
      DurationSeconds: role.durationSeconds,
      ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
    },
    clientConfig: {
      region,
      requestHandler,
      logger: SILENT_LOGGER,
      // Our own retry policy covers this call too.
      maxAttempts: 1,
      ...(role.stsEndpoint === undefined ? { useFipsEndpoint: fips } : { endpoint: role.stsEndpoint }),
    },
  });
  return async (properties) => {
    // AWS may reject a role session because of its keys: a forced refresh renews both.
    if (properties?.forceRefresh === true) await keys.provider(properties);
    return provider(properties);
  };
}

function withStage(stage: CredentialsFailure["stage"], provider: CredentialProvider): CredentialProvider {
  return async (properties) => {
    try {
      return await provider(properties);
    } catch (error) {
      if (error instanceof GovernanceError) throw error;
      throw error instanceof CredentialsFailure ? error : new CredentialsFailure(stage, error);
    }
  };
}
