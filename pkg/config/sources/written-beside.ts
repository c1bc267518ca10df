import { envName, fileForm, type SettingName, settingOf } from "../table/settings.ts";
import type { Origin } from "./origin.ts";

/** How a missing setting is written where the setting that needs it is, for a cure after the word "give". */
export function writtenBeside(missing: SettingName, { kind }: Origin): string {
  const { secret } = settingOf(missing);
  switch (kind) {
    case "file":
      return `${secret ? `${missing} or ${fileForm(missing)}` : missing} in the same file`;
    case "environment":
      return secret ? `${envName(missing)} or ${envName(fileForm(missing))}` : envName(missing);
    case "flag":
    case "default":
      // A secret is not taken from a flag.
      return secret ? `${envName(missing)} or --${fileForm(missing)}` : `--${missing}`;
  }
}
