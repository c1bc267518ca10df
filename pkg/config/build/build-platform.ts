import { GovernanceError } from "../../core/errors.ts";
import type { Config, PlatformSettings } from "../config.ts";
import { originOf, type ProcessInfo, type Settings } from "../sources/read-settings.ts";
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
    const { label } = originOf("client-id", settings);
    throw new GovernanceError(
      "invalid-argument",
      `${label}: needs client-secret as well; give BATON_CLIENT_SECRET or BATON_CLIENT_SECRET_FILE`,
    );
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
