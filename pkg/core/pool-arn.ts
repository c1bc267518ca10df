import { regionOfPool } from "./pool.ts";

const PARTITIONS: readonly (readonly [string, string])[] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["us-iso-", "aws-iso"],
  ["us-isob-", "aws-iso-b"],
  ["us-isof-", "aws-iso-f"],
  ["eu-isoe-", "aws-iso-e"],
  ["eusc-", "aws-eusc"],
];

/** The AWS partition of a Region, as ARNs name it. */
function partitionOf(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "aws";
}

/** The ARN of the pool in an IAM policy; account `*` matches any account. */
export function poolArn(poolId: string, accountId = "*"): string {
  const region = regionOfPool(poolId);
  return `arn:${partitionOf(region)}:cognito-idp:${region}:${accountId}:userpool/${poolId}`;
}
