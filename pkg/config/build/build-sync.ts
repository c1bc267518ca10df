import type { Config } from "../config.ts";
import type { Settings } from "../sources/read-settings.ts";
import { inventorySetting } from "./build-inventory.ts";

export function buildSync(settings: Settings): Pick<Config, "sync" | "schedule" | "enrich"> {
  const { values, given } = settings;
  const everyMs = values["sync-every"];
  const inventory = inventorySetting(settings);
  const { enrich: facts } = values;
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
      listShards: values["list-shards"],
      readMembers: values["read-members"],
    },
    enrich: facts === undefined ? undefined : { facts, perHour: values["enrich-per-hour"] },
    schedule: everyMs === undefined ? undefined : { everyMs, jitter: values["sync-jitter-percent"] / 100 },
  };
}
