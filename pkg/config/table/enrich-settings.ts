import { optionalTextSetting, type Setting, wholeNumberSetting } from "./setting.ts";
import { userFacts } from "./values/sync-shapes.ts";

/** The rows of the group Inventory that are about facts of single users. */
export const ENRICH_SETTINGS = {
  enrich: optionalTextSetting({
    group: "Inventory",
    description:
      "Read these into inventory, user by user: mfa, last-sign-in. AWS bills each user whom mfa reads as active in that month, dormant users too. last-sign-in needs the pool's threat protection",
    example: "facts",
    parse: userFacts,
    fallbackText: "nothing",
    repeats: true,
    operators: true,
    commands: ["sync", "serve", "validate"],
  }),
  "enrich-per-hour": wholeNumberSetting({
    group: "Inventory",
    description: "Maximum number of calls an hour that enrich makes, of all processes together",
    min: 1,
    max: 100_000,
    fallback: 2000,
    operators: true,
    commands: ["sync", "serve"],
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
