import { create } from "@bufbuild/protobuf";
import type { Pool } from "../core/pool.ts";
import { regionOfPool } from "../core/pool.ts";
import { type ProfileValue, sortedStruct } from "../protocol/builders.ts";
import {
  type ConnectorCapabilities,
  type ConnectorMetadata,
  ConnectorMetadataSchema,
} from "../protocol/messages.ts";
import { accountCreationSchema } from "./account-schema.ts";

/** Without the pool, where IAM hides it, what only the pool knows is left out: also how an account is made there. */
export function connectorMetadata(
  poolId: string,
  pool: Pool | undefined,
  claimed: ConnectorCapabilities,
): ConnectorMetadata {
  return create(ConnectorMetadataSchema, {
    displayName: "Amazon Cognito",
    helpUrl: "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools.html",
    description: `Users, groups and memberships of the Cognito user pool ${poolId}`,
    profile: sortedStruct([
      ["region", regionOfPool(poolId)],
      ["user_pool_id", poolId],
      ...(pool === undefined ? [] : poolFacts(pool)),
    ]),
    capabilities: claimed,
    ...(pool === undefined ? {} : { accountCreationSchema: accountCreationSchema(pool) }),
  });
}

function poolFacts(pool: Pool): readonly (readonly [string, ProfileValue])[] {
  return [
    ["alias_attributes", [...pool.aliasAttributes]],
    ["case_sensitive_usernames", pool.caseSensitiveUsernames],
    ["estimated_users", pool.estimatedUsers],
    ["mfa", pool.mfa],
    ["pool_name", pool.name],
    ["tier", pool.tier],
    ["username_attributes", [...pool.usernameAttributes]],
  ];
}
