import { resolveAttributeName } from "../../core/attributes/resolve.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Pool } from "../../core/pool.ts";
import type { ScimSettings } from "../../core/scim-settings.ts";
import type { Binding } from "./binding.ts";
import { bindingsOf } from "./bindings.ts";
import { type NameSource, nameSourcesOf } from "./name-sources.ts";

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
  /** What may hold the userName, the first one first. */
  readonly nameSources: readonly NameSource[];
}

type MappingSettings = Pick<
  ScimSettings,
  | "profile"
  | "externalIdAttribute"
  | "displayNameAttribute"
  | "attributeLabels"
  | "verified"
  | "password"
  | "groupFromUser"
>;

/** Rejects with `invalid-argument` when a setting names an attribute that the pool does not have. */
export function mappingContext(pool: Pool, settings: MappingSettings, baseUrl: string): MappingContext {
  const { profile, verified, password, groupFromUser, attributeLabels: labels } = settings;
  const externalIdAttribute = chosenAttribute(pool, labels.externalId, settings.externalIdAttribute, []);
  const displayNameAttribute = chosenAttribute(pool, labels.displayName, settings.displayNameAttribute, [
    "name",
  ]);
  if (externalIdAttribute !== undefined && externalIdAttribute === displayNameAttribute) {
    throw new GovernanceError(
      "invalid-argument",
      `${labels.externalId} and ${labels.displayName}: are the same attribute; choose two`,
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
    nameSources: nameSourcesOf(pool),
  };
}

/** The name of a text attribute that can change. An attribute of Cognito's own would be written by two names. */
function chosenAttribute(
  pool: Pool,
  setting: string,
  key: string | undefined,
  allowed: readonly string[],
): string | undefined {
  if (key === undefined) return undefined;
  const refuse = (problem: string): GovernanceError =>
    new GovernanceError("invalid-argument", `${setting}: ${problem}`);
  const resolved = resolveAttributeName(pool, key);
  if ("problem" in resolved) throw refuse(resolved.problem);
  const { name, attribute } = resolved;
  if (!name.startsWith("custom:") && !allowed.includes(name)) {
    throw refuse(["must be a custom attribute", ...allowed].join(", or "));
  }
  if (attribute.type !== "String") throw refuse("is not a text attribute");
  if (!attribute.mutable) {
    throw refuse("can be set at creation only; choose an attribute that can change");
  }
  return name;
}
