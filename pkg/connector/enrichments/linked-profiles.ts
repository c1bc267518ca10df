import type { JsonObject } from "@bufbuild/protobuf";
import type { Identity, User } from "../../core/user.ts";
import { sortedStruct } from "../../protocol/builders.ts";

/** The username that Cognito gives the profile of an identity: `<Provider>_<id>`. */
function federatedUsername(identity: Identity): string {
  return `${identity.providerName}_${identity.userId}`;
}

/** The other profiles of the same person. Cognito lists a linked person twice; only the identities show it. */
export function linkedUsernames(user: User): string[] | undefined {
  const linked = user.identities.map(federatedUsername).filter((username) => username !== user.username);
  return linked.length > 0 ? linked : undefined;
}

/** One identity, as a value in the profile. */
export function identityProfile(identity: Identity): JsonObject {
  return sortedStruct([
    ["created_at", identity.createdAt?.toISOString()],
    ["issuer", identity.issuer],
    ["primary", identity.primary],
    ["provider_name", identity.providerName],
    ["provider_type", identity.providerType],
    ["user_id", identity.userId],
    ["username", federatedUsername(identity)],
  ]);
}
