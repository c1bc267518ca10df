import { GovernanceError } from "../../core/errors.ts";
import { originOf, type Settings } from "../sources/read-settings.ts";
import { writtenBeside } from "../sources/written-beside.ts";
import { SETTING_RULES, type SettingRule } from "../table/setting-rules.ts";
import type { SettingName } from "../table/settings.ts";
import { checkEndpoint } from "./endpoints.ts";

/** Throws `invalid-argument` for the first rule between settings that is broken. */
export function checkRules(settings: Settings): void {
  for (const rule of SETTING_RULES) {
    const problem = broken(rule, settings);
    if (problem !== undefined) throw new GovernanceError("invalid-argument", problem);
  }
  checkEndpoint(settings);
}

function broken({ kind, names, on }: SettingRule, settings: Settings): string | undefined {
  const present = names.filter((name) => isAskedFor(name, settings));
  const [first, second] = present;
  if (first === undefined) return undefined;
  switch (kind) {
    case "required-together": {
      const missing = names.find((name) => !present.includes(name));
      if (missing === undefined) return undefined;
      return `${label(first, settings)}: needs ${missing} as well; give ${writtenBeside(missing, originOf(first, settings))}`;
    }
    case "depends-on": {
      const missing = on.find((name) => !isAskedFor(name, settings));
      if (missing === undefined) return undefined;
      if (settings.given.has(missing)) {
        return `${label(first, settings)}: has no effect without ${missing}, and ${label(missing, settings)} is false; make that true or leave this out`;
      }
      return `${label(first, settings)}: has no effect without ${missing}; give ${writtenBeside(missing, originOf(first, settings))} or leave it out`;
    }
    case "excludes":
      if (second === undefined) return undefined;
      return `${label(first, settings)} and ${label(second, settings)} exclude each other; keep one`;
  }
}

// A flag that is "false" counts as not given.
function isAskedFor(name: SettingName, { given, values }: Settings): boolean {
  return given.has(name) && values[name] !== false;
}

function label(name: SettingName, settings: Settings): string {
  return originOf(name, settings).label;
}
