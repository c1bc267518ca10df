import type { Config, PlatformSettings } from "../config.ts";
import { originOf, type ProcessInfo, type Settings, settingProblem } from "../sources/read-settings.ts";
import { writtenBeside } from "../sources/written-beside.ts";
import { platformCasOf } from "./ca-certificates.ts";

export function buildPlatform(settings: Settings, info: ProcessInfo): Pick<Config, "platform"> {
  return { platform: platform(settings, info) };
}

function platform(settings: Settings, info: ProcessInfo): PlatformSettings | undefined {
  const { values } = settings;
  const clientId = values["client-id"];
  if (clientId === undefined) return undefined;
  const secret = values["client-secret"];
  if (secret === undefined) {
    const cure = writtenBeside("client-secret", originOf("client-id", settings));
    throw settingProblem("client-id", settings, `needs client-secret as well; give ${cure}`);
  }
  return {
    clientId,
    concurrency: values["task-concurrency"],
    hostId: values["host-id"],
    apiHost: values["c1-api-host"],
    severalTasks: values["get-tasks"],
    extraCas: platformCasOf(settings, info),
  };
}
