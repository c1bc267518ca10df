import type { ScimSettings } from "../../core/scim-settings.ts";
import type { Config } from "../config.ts";
import type { Settings } from "../sources/read-settings.ts";
import { labelOf } from "./build-labels.ts";
import { checkedAddress } from "./listen-addresses.ts";

export function buildScim(settings: Settings, cwd: string): Pick<Config, "scim"> {
  return { scim: settings.values.scim ? scimOf(settings, cwd) : undefined };
}

function scimOf(settings: Settings, cwd: string): ScimSettings {
  const { values } = settings;
  return {
    listen: checkedAddress("scim-listen", settings, cwd),
    baseUrl: values["scim-base-url"],
    externalIdAttribute: values["scim-external-id-attribute"],
    displayNameAttribute: values["scim-display-name-attribute"],
    attributeLabels: {
      externalId: labelOf("scim-external-id-attribute", settings),
      displayName: labelOf("scim-display-name-attribute", settings),
    },
    deprovision: values["scim-deprovision"],
    password: values["scim-password"],
    profile: values["scim-profile"],
    verified: values["scim-verified"],
    groupFromUser: values["scim-group-from-user"],
    ratePerSecond: values["scim-rate"],
    patchAnswer: values["scim-patch-answer"],
  };
}
