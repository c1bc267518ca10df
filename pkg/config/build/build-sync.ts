import type { Config } from "../config.ts";
import type { Settings } from "../sources/read-settings.ts";

export function buildSync({ values, given }: Settings): Pick<Config, "sync" | "schedule"> {
  const everyMs = values["sync-every"];
  const { inventory } = values;
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
