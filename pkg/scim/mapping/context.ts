import { resolveAttributeName } from "../../core/attributes/resolve.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Pool } from "../../core/pool.ts";
import type { ScimSettings } from "../../core/scim-settings.ts";
import type { Binding } from "./binding.ts";
import { bindingsOf } from "./bindings.ts";

/** All that decides how users and groups look in SCIM. Made once for each reading of the pool. */
export interface MappingContext {
  readonly pool: Pool;
  readonly profile: ScimSettings["profile"];
  /** By its name in the schema of the pool. */
  readonly externalIdAttribute: string | undefined;
  readonly displayNameAttribute: string | undefined;
  readonly emailsVerified: boolean;
  readonly phonesVerified: boolean;
  readonly password: ScimSettings["password"];
  readonly groupFromUser: boolean;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  /** The writable attributes of the pool, except those that the userName is made of. */
  readonly bindings: readonly Binding[];
}

type MappingSettings = Pick<
  ScimSettings,
  "profile" | "externalIdAttribute" | "displayNameAttribute" | "verified" | "password" | "groupFromUser"
>;

/** Rejects with `invalid-argument` when a setting names an attribute that the pool does not have. */
export function mappingContext(pool: Pool, settings: MappingSettings, baseUrl: string): MappingContext {
  const { profile, verified, password, groupFromUser } = settings;
  const externalIdAttribute = chosenAttribute(
    pool,
    "--scim-external-id-attribute",
    settings.externalIdAttribute,
  );
  const displayNameAttribute = chosenAttribute(
    pool,
    "--scim-display-name-attribute",
    settings.displayNameAttribute,
  );
  if (externalIdAttribute !== undefined && externalIdAttribute === displayNameAttribute) {
    throw new GovernanceError(
      "invalid-argument",
      "--scim-external-id-attribute and --scim-display-name-attribute: are the same attribute; choose two",
    );
  }
  return {
    pool,
    profile,
    externalIdAttribute,
    displayNameAttribute,
    emailsVerified: verified.includes("email"),
    phonesVerified: verified.includes("phone"),
    password,
    groupFromUser,
    baseUrl,
    bindings: bindingsOf({ pool, profile, externalIdAttribute, displayNameAttribute }),
  };
}

function chosenAttribute(pool: Pool, setting: string, key: string | undefined): string | undefined {
  if (key === undefined) return undefined;
  const resolved = resolveAttributeName(pool, key);
  const problem =
    "problem" in resolved
      ? resolved.problem
      : resolved.attribute.type !== "String"
        ? "is not a text attribute"
        : resolved.attribute.mutable
          ? undefined
          : "can be set at creation only; choose an attribute that can change";
  if (problem !== undefined) throw new GovernanceError("invalid-argument", `${setting}: ${problem}`);
  return "name" in resolved ? resolved.name : undefined;
}
