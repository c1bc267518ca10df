import type { ListenAddress } from "./listen-address.ts";

/** The path that everything of SCIM is below. */
export const SCIM_PATH = "/scim/v2";

/** Attributes whose verified flag SCIM sets beside them, because the identity provider is the authority. */
export const VERIFIED_BY_PROVIDER = ["email", "phone"] as const;

export type VerifiedByProvider = (typeof VERIFIED_BY_PROVIDER)[number];

/** What the settings say of SCIM. TLS, tokens and roles are those of the service. */
export interface ScimSettings {
  /** As for gRPC: plain text only where other machines cannot reach it. */
  readonly listen: ListenAddress;
  /** What clients know as the base URL, without a slash at its end. Undefined: made from the address. */
  readonly baseUrl: string | undefined;
  /** The custom attribute of the pool for externalId. Undefined: kept beside the pool only. */
  readonly externalIdAttribute: string | undefined;
  readonly displayNameAttribute: string | undefined;
  /** How errors name the two settings of attributes. */
  readonly attributeLabels: { readonly externalId: string; readonly displayName: string };
  /** What a DELETE of a user does in the pool. */
  readonly deprovision: "delete" | "disable";
  /** What becomes of the password that a client sends. */
  readonly password: "ignore" | "temporary" | "permanent";
  /** `starling`: ids are usernames and group names, as One Identity's connector has them. */
  readonly profile: "strict" | "starling";
  readonly verified: readonly VerifiedByProvider[];
  /** `groups` of a user may be written. */
  readonly groupFromUser: boolean;
  /** Requests of one caller. */
  readonly ratePerSecond: number;
  /** What a PATCH answers; `auto`: users with the resource, groups without, unless attributes are asked for. */
  readonly patchAnswer: "auto" | "resource" | "none";
}
