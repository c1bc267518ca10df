import { formatListenAddress, type ListenAddress, parseListenAddress } from "../../core/listen-address.ts";
import { VERIFIED_BY_PROVIDER, type VerifiedByProvider } from "../../core/scim-settings.ts";
import {
  type CommandName,
  choiceSetting,
  flagSetting,
  optionalTextSetting,
  type Setting,
  textSetting,
  wholeNumberSetting,
} from "./setting.ts";
import { customAttribute, scimBaseUrl, verifiedByProvider } from "./values/scim-shapes.ts";

const COMMON: {
  readonly group: "SCIM";
  readonly operators: true;
  readonly commands: readonly CommandName[];
} = { group: "SCIM", operators: true, commands: ["serve"] };

const DEFAULT_LISTEN: ListenAddress = { kind: "tcp", host: "127.0.0.1", port: 8090 };

/** The rows of the group SCIM, in the order of the table. TLS and credentials are those of the group Service. */
export const SCIM_SETTINGS = {
  scim: flagSetting({
    ...COMMON,
    description:
      "Serve SCIM 2.0 over HTTP: identity providers create, change and remove users and groups (changes need --provisioning)",
  }),
  "scim-listen": textSetting({
    ...COMMON,
    description:
      "Address of the SCIM service: host:port, [ipv6]:port or unix:/path; an address that other machines can reach needs TLS",
    example: "address",
    parse: parseListenAddress,
    fallback: DEFAULT_LISTEN,
    fallbackText: formatListenAddress(DEFAULT_LISTEN),
  }),
  "scim-base-url": optionalTextSetting({
    ...COMMON,
    description: "Base URL that clients use, for the locations in answers; for a service behind a proxy",
    example: "url",
    parse: scimBaseUrl,
    fallbackText: "the address, with /scim/v2",
  }),
  "scim-external-id-attribute": optionalTextSetting({
    ...COMMON,
    description: "Custom attribute of the pool that holds externalId",
    example: "name",
    parse: customAttribute,
    fallbackText: "kept in the state directory",
  }),
  "scim-display-name-attribute": optionalTextSetting({
    ...COMMON,
    description: "Custom attribute of the pool that holds the displayName of a user",
    example: "name",
    parse: customAttribute,
    fallbackText: "kept in the state directory",
  }),
  "scim-deprovision": choiceSetting({
    ...COMMON,
    description:
      "What DELETE of a user does: delete the account, or disable it, sign it out and show it no more",
    of: ["delete", "disable"],
    fallback: "delete",
  }),
  "scim-password": choiceSetting({
    ...COMMON,
    description:
      "What becomes of a password that a client sends: ignored, set to be changed at the next sign-in, or set permanently",
    of: ["ignore", "temporary", "permanent"],
    fallback: "ignore",
  }),
  "scim-profile": choiceSetting({
    ...COMMON,
    description:
      "Ids and mapping: strict follows the RFCs; starling uses usernames and group names as ids, like One Identity's connector",
    of: ["strict", "starling"],
    fallback: "strict",
  }),
  "scim-verified": textSetting<readonly VerifiedByProvider[]>({
    ...COMMON,
    description: "Addresses that are marked as verified when SCIM writes them: email, phone, both or none",
    example: "list",
    parse: verifiedByProvider,
    fallback: VERIFIED_BY_PROVIDER,
    fallbackText: VERIFIED_BY_PROVIDER.join(","),
  }),
  "scim-group-from-user": flagSetting({
    ...COMMON,
    description: "Let clients write the groups of a user on the user, as SailPoint does",
  }),
  "scim-rate": wholeNumberSetting({
    ...COMMON,
    description: "Requests a second that one SCIM caller may send; more are answered 429",
    min: 1,
    max: 100_000,
    fallback: 50,
  }),
  "scim-patch-answer": choiceSetting({
    ...COMMON,
    description:
      "What a PATCH answers: the resource, none (204), or auto: users with the resource, groups with none unless attributes are named",
    of: ["auto", "resource", "none"],
    fallback: "auto",
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
