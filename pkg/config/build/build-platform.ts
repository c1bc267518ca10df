import { GovernanceError } from "../../core/errors.ts";
import type { Config, PlatformSettings } from "../config.ts";
import { originOf, type Settings } from "../sources/read-settings.ts";

export function buildPlatform(settings: Settings): Pick<Config, "platform"> {
  return { platform: platform(settings) };
}

function platform(settings: Settings): PlatformSettings | undefined {
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
  };
}
