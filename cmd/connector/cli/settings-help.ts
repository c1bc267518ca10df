import type { CommandName } from "../../../pkg/config/table/setting.ts";
import { settingOf, settingsFor } from "../../../pkg/config/table/settings.ts";

const ELSEWHERE = `
Settings can also stand in the environment as BATON_<NAME>, such as
BATON_USER_POOL_ID, and under their names in a YAML file (BATON_CONFIG_PATH,
default ./.baton.yaml). A flag beats the environment, which beats the file.
Secrets come from the environment, from the file, or from a file of their own:
BATON_AWS_SECRET_ACCESS_KEY_FILE.`;

/** Where the settings of a command may stand, and which stand on the command line alone. */
export function settingsHelp(reads: CommandName): string {
  const alone = settingsFor(reads).filter((name) => !settingOf(name).inEnvironment);
  if (alone.length === 0) return ELSEWHERE;
  return `${ELSEWHERE}\nOn the command line alone: ${alone.map((name) => `--${name}`).join(", ")}.`;
}
