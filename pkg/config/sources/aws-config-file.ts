import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "./environment.ts";

/**
 * The value of a key of a profile in the shared config file of AWS; undefined if there is no such file, profile or key.
 * The AWS SDK for JavaScript reads the file as well, and does not know every key that other AWS tools do.
 */
export function inAwsConfig(env: Environment, profile: string, key: string): string | undefined {
  const home = env["HOME"] || env["USERPROFILE"];
  const path = env["AWS_CONFIG_FILE"] || (home ? join(home, ".aws", "config") : undefined);
  if (path === undefined) return undefined;
  const sections = profile === "default" ? ["default", "profile default"] : [`profile ${profile}`];
  let inSection = false;
  for (const line of linesOf(path)) {
    const [, section] = /^\[\s*([^\]]*?)\s*\]/.exec(line) ?? [];
    if (section !== undefined)
      inSection = sections.includes(section.replace(/\s+/g, " ").replaceAll('"', ""));
    // A line that begins with a blank belongs to a nested key.
    const [, name, value] = /^([^\s=]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (inSection && name === key && value !== undefined && value !== "") return value;
  }
  return undefined;
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").split(/\r?\n/);
  } catch {
    // Optional, as for every AWS tool.
    return [];
  }
}
