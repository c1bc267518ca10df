import type { Config, KeySettings, RoleSettings } from "../config.ts";
import type { Settings } from "../sources/read-settings.ts";

export function buildAws(settings: Settings): Pick<Config, "keys" | "assumeRole"> {
  return { keys: keysOf(settings), assumeRole: roleOf(settings) };
}

function keysOf({ values }: Settings): KeySettings {
  const accessKeyId = values["aws-access-key-id"];
  const secretAccessKey = values["aws-secret-access-key"];
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    return { kind: "default", profile: values["aws-profile"] };
  }
  return { kind: "static", accessKeyId, secretAccessKey, sessionToken: values["aws-session-token"] };
}

function roleOf({ values }: Settings): RoleSettings | undefined {
  const roleArn = values["aws-assume-role-arn"];
  if (roleArn === undefined) return undefined;
  return {
    roleArn,
    externalId: values["aws-assume-role-external-id"],
    sessionName: values["aws-assume-role-session-name"],
    durationSeconds: values["aws-assume-role-duration-seconds"],
  };
}
