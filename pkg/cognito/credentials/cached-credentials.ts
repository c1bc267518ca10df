import type { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { EpochClock } from "../../core/clock.ts";

type SdkProvider = ReturnType<typeof fromTemporaryCredentials>;
type AwsCredentials = Awaited<ReturnType<SdkProvider>>;

/** The SDK hands in the client that asks; `forceRefresh` is its word for "these were refused, fetch others". */
export type CredentialProperties = NonNullable<Parameters<SdkProvider>[0]> & {
  readonly forceRefresh?: boolean;
};

export type CredentialProvider = (properties?: CredentialProperties) => Promise<AwsCredentials>;

export interface CachedCredentials {
  /** For the SDK. `memoized` tells it not to put a cache of its own on top, which would hide a refresh. */
  readonly provider: CredentialProvider & { memoized: boolean };
  /** Goes up with each set of credentials, so that calls refused together refresh once. */
  generation(): number;
}

const RENEW_AHEAD_MS = 5 * 60_000;
const RENEW_PAUSE_MS = 10_000;

/**
 * Keeps credentials until five minutes before their end, then renews them beside the calls. While the old ones are
 * good, a source that fails stops nothing; the SDK's own cache would fail every call in those five minutes.
 */
export function cacheCredentials(fetch: CredentialProvider, now: EpochClock): CachedCredentials {
  let cached: AwsCredentials | undefined;
  let generation = 0;
  let renewal: Promise<AwsCredentials> | undefined;
  let nextRenewalAt = 0;

  const renew = (properties: CredentialProperties | undefined): Promise<AwsCredentials> => {
    renewal ??= fetch(properties)
      .then((fresh) => {
        cached = fresh;
        generation += 1;
        return fresh;
      })
      .finally(() => {
        renewal = undefined;
      });
    return renewal;
  };

  const provider = async (properties?: CredentialProperties): Promise<AwsCredentials> => {
    if (cached === undefined || properties?.forceRefresh === true) return renew(properties);
    const leftMs = (cached.expiration?.getTime() ?? Number.POSITIVE_INFINITY) - now();
    if (leftMs > RENEW_AHEAD_MS) return cached;
    if (leftMs <= 0) return renew(properties);
    if (renewal === undefined && now() >= nextRenewalAt) {
      nextRenewalAt = now() + RENEW_PAUSE_MS;
      // Told again, to a call that needs it, once the held ones are over.
      renew(properties).catch(() => undefined);
    }
    return cached;
  };

  return { provider: Object.assign(provider, { memoized: true }), generation: () => generation };
}
