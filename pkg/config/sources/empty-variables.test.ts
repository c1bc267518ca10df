import { expect, test } from "vitest";
import { environmentNames, envName, FORMER_NAMES, SETTING_NAMES } from "../table/settings.ts";
import { loaded } from "../testing.fixture.ts";

// Compose and other tools set variables that have no value to the empty text.
const VARIABLES = [
  ...SETTING_NAMES.flatMap((name) => environmentNames(name)),
  ...FORMER_NAMES.map((name) => envName(name)),
  "XDG_STATE_HOME",
  "AWS_PROFILE",
  "AWS_CONFIG_FILE",
];

test.for(["serve", "sync", "write", "list", "audit"] as const)(
  "every environment variable that is empty counts as not set, alone and with all others: %s",
  (command) => {
    const unset = loaded(command, {});
    const emptied = (names: readonly string[]) =>
      loaded(command, {}, Object.fromEntries(names.map((name) => [name, ""])));
    expect(emptied(VARIABLES)).toEqual(unset);
    for (const variable of VARIABLES)
      expect({ variable, ...emptied([variable]) }).toEqual({ variable, ...unset });
  },
);
