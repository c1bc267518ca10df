import {
  flagSetting,
  optionalTextSetting,
  type Setting,
  textSetting,
  wholeNumberSetting,
} from "./setting.ts";
import { plainText } from "./values/shapes.ts";
import { parseInterval } from "./values/times.ts";

/** The rows of the group Sync, in the order of the table. */
export const SYNC_SETTINGS = {
  file: textSetting({
    group: "Sync",
    description: "The .c1z file to write",
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
