import { envName, fileForm, type SettingName, settingOf } from "../table/settings.ts";
import type { Origin } from "./origin.ts";

/** How a missing setting is written where the setting that needs it is, for a cure after the word "give". */
export function writtenBeside(missing: SettingName, origin: Origin): string {
  return placed(written(missing, origin), origin);
}

/** The same of two settings, of which one is enough ("or") or both are needed ("and"). */
export function bothBeside(
  names: readonly [SettingName, SettingName],
  word: "and" | "or",
  origin: Origin,
): string {
  return placed(names.map((name) => written(name, origin)).join(` ${word} `), origin);
}

function placed(text: string, { kind }: Origin): string {
  return kind === "file" ? `${text} in the same file` : text;
}

function written(name: SettingName, { kind }: Origin): string {
  const { secret, shape } = settingOf(name);
  const isFlag = shape.kind === "flag";
  switch (kind) {
    case "file":
      if (isFlag) return `${name}: true`;
      return secret ? `${name} or ${fileForm(name)}` : name;
    case "environment":
      if (isFlag) return `${envName(name)}=true`;
      return secret ? `${envName(name)} or ${envName(fileForm(name))}` : envName(name);
    case "flag":
    case "default":
      // A secret is not taken from a flag.
      return secret ? `${envName(name)} or --${fileForm(name)}` : `--${name}`;
  }
}
