import type { Config } from "../config.ts";
import { originOf, type Settings } from "../sources/read-settings.ts";
import type { SettingName } from "../table/settings.ts";

export function buildLabels(settings: Settings): Pick<Config, "labels"> {
  return {
    labels: {
      listen: labelOf("listen", settings),
      "scim-listen": labelOf("scim-listen", settings),
      "health-check-port": labelOf("health-check-port", settings),
      "health-check-bind-address": labelOf("health-check-bind-address", settings),
    },
  };
}

/** The setting as it was given, such as `--listen`; its name where it has its default. */
export function labelOf(name: SettingName, settings: Pick<Settings, "given">): string {
  const { kind, label } = originOf(name, settings);
  return kind === "default" ? name : label;
}
