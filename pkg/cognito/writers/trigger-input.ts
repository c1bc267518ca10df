import type { ClientMetadata } from "../../core/client-metadata.ts";

/** The member of a call that Cognito hands to the Lambda triggers of the pool; left out when there is nothing. */
export function triggerInput(metadata: ClientMetadata | undefined): {
  ClientMetadata?: Record<string, string>;
} {
  return metadata === undefined || metadata.size === 0
    ? {}
    : { ClientMetadata: Object.fromEntries(metadata) };
}
