import type { fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import type { EpochClock } from "../../core/clock.ts";

type SdkProvider = ReturnType<typeof fromTemporaryCredentials>;
type AwsCredentials = Awaited<ReturnType<SdkProvider>>;

/** The SDK passes the calling client. `forceRefresh` means that AWS rejected the credentials, so fetch others. */
export type CredentialProperties = NonNullable<Parameters<SdkProvider>[0]> & {
  readonly forceRefresh?: boolean;
};

export type CredentialProvider = (properties?: CredentialProperties) => Promise<AwsCredentials>;

export interface CachedCredentials {
  /** For the SDK. With `memoized` it adds no cache of its own, which would hide a refresh. */
  readonly provider: CredentialProvider & { memoized: boolean };
  /** Counts the sets of credentials. Several calls that are rejected with the same set refresh it once. */
  generation(): number;
}

const RENEW_AHEAD_MS = 5 * 60_000;
const RENEW_PAUSE_MS = 10_000;

/**
 * Caches credentials, and renews them in the background from five minutes before they expire. Until then a source that
 * fails does not stop any call. Written here because the SDK's own cache would fail every call in those five minutes.
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
      // The failure is reported by the call that needs new credentials, once the cached ones have expired.
      renew(properties).catch(() => undefined);
    }
    return cached;
  };

  return { provider: Object.assign(provider, { memoized: true }), generation: () => generation };
}
