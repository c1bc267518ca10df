import { GovernanceError } from "../../core/errors.ts";
import { Secret } from "../../core/secret.ts";
import type { Config } from "../config.ts";
import { originOf, type ProcessInfo, type Settings, settingProblem } from "../sources/read-settings.ts";
import { readRedisUrl } from "../table/values/redis-url.ts";
import { pemFile } from "./ca-certificates.ts";

export function buildSharedQuota(settings: Settings, { cwd }: ProcessInfo): Pick<Config, "sharedQuota"> {
  const { values } = settings;
  const url = values["redis-url"];
  if (url === undefined) return { sharedQuota: undefined };
  const read = readRedisUrl(url);
  if ("problem" in read) throw settingProblem("redis-url", settings, read.problem);
  const { username, password, ...place } = read.value;
  refuseTwice("redis-username", username, settings);
  refuseTwice("redis-password", password, settings);
  const caFile = values["redis-ca-file"];
  if (caFile !== undefined && !place.tls) {
    throw settingProblem("redis-ca-file", settings, "has no effect without TLS; write rediss in redis-url");
  }
  if (values["redis-sentinel-password"] !== undefined && place.kind !== "sentinel") {
    throw new GovernanceError(
      "invalid-argument",
      `${originOf("redis-sentinel-password", settings).label}: has no effect without Sentinels; write redis+sentinel:// in redis-url`,
    );
  }
  return {
    sharedQuota: {
      redis: {
        ...place,
        username: values["redis-username"] ?? username,
        password: secretOf(values["redis-password"] ?? password),
        sentinelPassword: secretOf(values["redis-sentinel-password"]),
        caBundle:
          caFile === undefined ? undefined : pemFile(caFile, cwd, originOf("redis-ca-file", settings).label),
        prefix: values["redis-prefix"],
      },
      accountId: values["aws-account-id"] ?? accountOf(values["aws-assume-role-arn"]),
    },
  };
}

/** A role has rights on the pools of its own account alone. */
function accountOf(roleArn: string | undefined): string | undefined {
  return roleArn?.split(":")[4];
}

function secretOf(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text);
}

function refuseTwice(
  name: "redis-username" | "redis-password",
  inUrl: string | undefined,
  settings: Settings,
): void {
  if (inUrl === undefined || settings.values[name] === undefined) return;
  throw new GovernanceError(
    "invalid-argument",
    `${originOf(name, settings).label}: redis-url has one too; keep one`,
  );
}
