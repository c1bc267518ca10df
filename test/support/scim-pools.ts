import type { Pool, SchemaAttribute } from "../../pkg/core/pool.ts";
import type { ScimSettings } from "../../pkg/core/scim-settings.ts";
import { type MappingContext, mappingContext } from "../../pkg/scim/mapping/context.ts";
import { somePool } from "./fake-directory.ts";

/** The kinds of pool by what people sign in with. */
export const SCIM_POOLS = {
  username: {},
  email: { usernameAttributes: ["email"] },
  phone: { usernameAttributes: ["phone_number"] },
  "email or phone": { usernameAttributes: ["email", "phone_number"] },
  "email alias": { aliasAttributes: ["email"] },
  "email and phone alias": { aliasAttributes: ["email", "phone_number"] },
  "preferred username": { aliasAttributes: ["preferred_username"] },
  "all aliases": { aliasAttributes: ["email", "phone_number", "preferred_username"] },
} as const satisfies Record<string, Partial<Pool>>;

export type ScimPoolKind = keyof typeof SCIM_POOLS;

export const SCIM_POOL_KINDS: readonly ScimPoolKind[] = [
  "username",
  "email",
  "phone",
  "email or phone",
  "email alias",
  "email and phone alias",
  "preferred username",
  "all aliases",
];

export function customAttribute(name: string, over: Partial<SchemaAttribute> = {}): SchemaAttribute {
  return {
    name,
    type: "String",
    mutable: true,
    required: false,
    developerOnly: false,
    minLength: undefined,
    maxLength: undefined,
    minValue: undefined,
    maxValue: undefined,
    ...over,
  };
}

/** Custom attributes of each type, and those that SCIM has attributes of its own for. */
export const SCIM_CUSTOM_ATTRIBUTES: readonly SchemaAttribute[] = [
  customAttribute("custom:title"),
  customAttribute("custom:user_type"),
  customAttribute("custom:cost_center"),
  customAttribute("custom:department"),
  customAttribute("custom:manager"),
  customAttribute("custom:level", { type: "Number", minValue: 0, maxValue: 1_000_000 }),
  customAttribute("custom:vip", { type: "Boolean" }),
  customAttribute("custom:hired", { type: "DateTime" }),
  customAttribute("custom:badge"),
  customAttribute("custom:scim_id"),
  customAttribute("custom:shown_as"),
];

export const SCIM_BASE_URL = "https://scim.example.com/scim/v2";

/** The mapping of a pool of the kind with all custom attributes, and the default settings. */
export function scimContext(
  kind: ScimPoolKind = "username",
  settings: Partial<ScimSettings> = {},
  pool: Partial<Pool> = {},
): MappingContext {
  return mappingContext(
    somePool({ schema: SCIM_CUSTOM_ATTRIBUTES, ...SCIM_POOLS[kind], ...pool }),
    {
      profile: "strict",
      externalIdAttribute: undefined,
      displayNameAttribute: undefined,
      attributeLabels: {
        externalId: "--scim-external-id-attribute",
        displayName: "--scim-display-name-attribute",
      },
      verified: ["email", "phone"],
      password: "permanent",
      groupFromUser: false,
      ...settings,
    },
    SCIM_BASE_URL,
  );
}
