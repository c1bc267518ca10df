import type { ListShards } from "../../core/user-shards.ts";
import {
  choiceSetting,
  flagSetting,
  optionalTextSetting,
  type Setting,
  textSetting,
  wholeNumberSetting,
} from "./setting.ts";
import { plainText } from "./values/shapes.ts";
import { chosenResources, listShards, resourceTypes } from "./values/sync-shapes.ts";
import { parseInterval } from "./values/times.ts";

/** The rows of the group Sync, in the order of the table. */
export const SYNC_SETTINGS = {
  file: textSetting({
    group: "Sync",
    description: "The .c1z file to write; where only inventory is given, none is written",
    example: "path",
    parse: plainText,
    fallback: "sync.c1z",
    fallbackText: "sync.c1z",
    short: "f",
    operators: true,
    commands: ["sync", "serve"],
  }),
  "accept-shrink": flagSetting({
    group: "Sync",
    description: "Publish the file even if more than half of the users, groups or memberships are gone",
    operators: true,
    commands: ["sync", "serve"],
  }),
  "sync-resources": optionalTextSetting({
    group: "Sync",
    description:
      "Read only these resources, such as user:<id>,group:<name>; a group with its members. As a partial run beside the full ones",
    example: "resources",
    parse: chosenResources,
    fallbackText: "all",
    discreet: true,
    repeats: true,
    operators: true,
    commands: ["sync", "serve"],
  }),
  "sync-resource-types": optionalTextSetting({
    group: "Sync",
    description: "Read only resources of these types: user, group",
    example: "types",
    parse: resourceTypes,
    fallbackText: "all",
    repeats: true,
    operators: true,
    commands: ["sync", "serve"],
  }),
  "skip-entitlements-and-grants": flagSetting({
    group: "Sync",
    description: "Read users and groups, and neither entitlements nor memberships",
    operators: true,
    commands: ["sync", "serve"],
  }),
  "skip-grants": flagSetting({
    group: "Sync",
    description: "With sync-resources: read no memberships",
    operators: true,
    commands: ["sync", "serve"],
  }),
  "list-shards": textSetting<ListShards>({
    group: "Sync",
    description:
      "Into how many parts that are read side by side the users are divided, 1 to 64, or auto: as many as rate needs. A sync that does not prove the parts complete reads all users again; over gRPC the proof is weaker",
    example: "parts",
    parse: listShards,
    fallback: 1,
    fallbackText: "1",
    operators: true,
    commands: ["sync", "serve"],
  }),
  "read-members": choiceSetting({
    group: "Sync",
    description:
      "How memberships are read: as the members of each group, as the groups of each user, or in the way that takes less time by the run before. By user needs AdminListGroupsForUser; a week after AWS refused it for one user, auto tries it again",
    of: ["auto", "by-group", "by-user"],
    fallback: "auto",
    operators: true,
    commands: ["sync", "serve", "validate"],
  }),
  "skip-full-sync": flagSetting({
    group: "Sync",
    description: "Read nothing: sync only validates, and a sync of the platform uploads a run without rows",
    operators: true,
    commands: ["sync", "serve"],
  }),
  "sync-every": optionalTextSetting({
    group: "Sync",
    description: "Interval of scheduled syncs to the file, from 1m to 7d, such as 30m, 1h or 24h",
    example: "duration",
    parse: parseInterval,
    fallbackText: "no scheduled syncs",
    operators: true,
    commands: ["serve"],
  }),
  "sync-jitter-percent": wholeNumberSetting({
    group: "Sync",
    description: "Random shift of each scheduled sync, in percent of the interval",
    min: 0,
    max: 50,
    fallback: 10,
    operators: true,
    commands: ["serve"],
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
