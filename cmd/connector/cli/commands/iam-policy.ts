import type { Config } from "../../../../pkg/config/config.ts";
import { iamPolicy } from "../../../../pkg/connector/iam-policy.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { Context } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";
import { jsonText } from "../output/text.ts";

export interface IamPolicyFlags {
  /** `*`: any account. */
  readonly accountId: string;
  readonly provisioning: boolean;
}

/** Prints the policy, without any call to AWS. */
export async function iamPolicyCommand(
  config: Config,
  { accountId, provisioning }: IamPolicyFlags,
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
    provisioning,
  });
  await stdout.write(`${jsonText(policy, 2)}\n`);
  return OK;
}
