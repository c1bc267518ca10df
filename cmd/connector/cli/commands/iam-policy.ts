import type { Config } from "../../../../pkg/config/config.ts";
import {
  FEATURE_NAMES,
  type FeatureName,
  PROVISIONING_FEATURES,
} from "../../../../pkg/connector/features.ts";
import { iamPolicy } from "../../../../pkg/connector/iam-policy.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { Context } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";
import { jsonText } from "../output/text.ts";

export interface IamPolicyFlags {
  /** `*`: any account. */
  readonly accountId: string;
  /** Names of features, separated by commas; `provisioning` is all of those that change the pool. */
  readonly features: string;
}

/** Prints the policy, without any call to AWS. */
export async function iamPolicyCommand(
  config: Config,
  { accountId, features }: IamPolicyFlags,
  { stdout }: Context,
): Promise<number> {
  if (accountId !== "*" && !/^\d{12}$/.test(accountId)) {
    throw new GovernanceError(
      "invalid-argument",
      `--account-id: must be the 12 digits of an AWS account, got ${JSON.stringify(accountId)}`,
    );
  }
  const policy = iamPolicy({
    poolId: config.poolId,
    accountId,
    features: namedFeatures(features),
  });
  await stdout.write(`${jsonText(policy, 2)}\n`);
  return OK;
}

function namedFeatures(text: string): readonly FeatureName[] {
  const names = text.split(",").map((name) => name.trim());
  return names.flatMap((name) => {
    if (name === "") return [];
    if (name === "provisioning") return PROVISIONING_FEATURES;
    const feature = FEATURE_NAMES.find((one) => one === name);
    if (feature !== undefined) return [feature];
    throw new GovernanceError(
      "invalid-argument",
      `--with: there is no feature ${JSON.stringify(name)}; the features are ${FEATURE_NAMES.join(", ")}, or provisioning for all that change the pool`,
    );
  });
}
