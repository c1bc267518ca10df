import type { Config } from "../config.ts";
import type { Settings } from "../sources/read-settings.ts";
import { inventorySetting } from "./build-inventory.ts";

export function buildSync(settings: Settings): Pick<Config, "sync" | "schedule"> {
  const { values, given } = settings;
  const everyMs = values["sync-every"];
  const inventory = inventorySetting(settings);
  return {
    sync: {
      file: inventory === undefined || given.has("file") ? values.file : undefined,
      inventory,
      acceptShrink: values["accept-shrink"],
      choice: {
        resourceTypeIds: values["sync-resource-types"] ?? [],
        resources: values["sync-resources"] ?? [],
        skipEntitlementsAndGrants: values["skip-entitlements-and-grants"],
        skipGrants: values["skip-grants"],
      },
      skipped: values["skip-full-sync"],
    },
    schedule: everyMs === undefined ? undefined : { everyMs, jitter: values["sync-jitter-percent"] / 100 },
  };
}
