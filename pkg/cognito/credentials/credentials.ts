import { fromNodeProviderChain, fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { NodeHttpHandler } from "@smithy/node-http-handler";
import type { EpochClock } from "../../core/clock.ts";
import { QUIET } from "../client/silent-logger.ts";
import { CredentialsFailure } from "../failures/failure.ts";
import type { AssumeRole, CredentialOptions, KeySource } from "../options.ts";
import { type CredentialProvider, type HeldCredentials, holdCredentials } from "./cached-credentials.ts";

export interface CredentialSurroundings {
  readonly region: string;
  readonly fips: boolean;
  readonly requestHandler: NodeHttpHandler;
  readonly now: EpochClock;
}

/** The credentials of all calls: the keys, or the role that the keys assume. Failures are CredentialsFailure. */
export function createCredentials(
  options: CredentialOptions,
  surroundings: CredentialSurroundings,
): HeldCredentials {
  const keys = holdCredentials(named("keys", keyProvider(options, surroundings)), surroundings.now);
  if (options.assumeRole === undefined) return keys;
  const role = roleProvider(options.assumeRole, keys, surroundings);
  return holdCredentials(named("assume-role", role), surroundings.now);
}

function keyProvider(source: KeySource, { requestHandler }: CredentialSurroundings): CredentialProvider {
  if (source.kind === "static") {
    const { accessKeyId, secretAccessKey, sessionToken } = source;
    return async () => ({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    });
  }
  return fromNodeProviderChain({
    ...(source.profile === undefined ? {} : { profile: source.profile }),
    // Keys rotated in the shared files are seen at the next refresh.
    ignoreCache: true,
    logger: QUIET,
    // No region here: it would also move the SSO client away from the Region of the SSO session.
    clientConfig: { requestHandler },
  });
}

function roleProvider(
  role: AssumeRole,
  keys: HeldCredentials,
  { region, fips, requestHandler }: CredentialSurroundings,
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
      logger: QUIET,
      // Our own policy retries this too.
      maxAttempts: 1,
      ...(role.stsEndpoint === undefined ? { useFipsEndpoint: fips } : { endpoint: role.stsEndpoint }),
    },
  });
  return async (properties) => {
    // A refused role session may come from refused keys: a forced refresh renews both.
    if (properties?.forceRefresh === true) await keys.provider(properties);
    return provider(properties);
  };
}

function named(stage: CredentialsFailure["stage"], provider: CredentialProvider): CredentialProvider {
  return async (properties) => {
    try {
      return await provider(properties);
    } catch (error) {
      throw error instanceof CredentialsFailure ? error : new CredentialsFailure(stage, error);
    }
  };
}
