import { create } from "@bufbuild/protobuf";
import type { Pool } from "../core/pool.ts";
import { regionOfPool } from "../core/pool.ts";
import { sortedStruct } from "../protocol/builders.ts";
import { type ConnectorMetadata, ConnectorMetadataSchema } from "../protocol/messages.ts";
import { accountCreationSchema } from "./account-schema.ts";
import { capabilities } from "./capabilities.ts";

export function connectorMetadata(pool: Pool): ConnectorMetadata {
  return create(ConnectorMetadataSchema, {
    displayName: "Amazon Cognito",
    helpUrl: "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools.html",
    description: `Users, groups and memberships of the Cognito user pool ${pool.id}`,
    profile: sortedStruct([
      ["alias_attributes", [...pool.aliasAttributes]],
      ["case_sensitive_usernames", pool.caseSensitiveUsernames],
      ["estimated_users", pool.estimatedUsers],
      ["mfa", pool.mfa],
      ["pool_name", pool.name],
      ["region", regionOfPool(pool.id)],
      ["tier", pool.tier],
      ["user_pool_id", pool.id],
      ["username_attributes", [...pool.usernameAttributes]],
    ]),
    capabilities: capabilities(),
    accountCreationSchema: accountCreationSchema(pool),
  });
}
