import { UserStatusType } from "@aws-sdk/client-cognito-identity-provider";
import { parseUser } from "../../pkg/cognito/mapping/parse.ts";
import type { User } from "../../pkg/core/user.ts";

/** As the adapter of Cognito gives it, whatever its attributes are then. */
export function listedUser({ username, enabled, status, createdAt, modifiedAt, attributes }: User): User {
  return parseUser("ListUsers", {
    Username: username,
    Enabled: enabled,
    UserStatus: Object.values(UserStatusType).find((known) => known === status),
    UserCreateDate: createdAt,
    UserLastModifiedDate: modifiedAt,
    Attributes: [...attributes].map(([Name, Value]) => ({ Name, Value })),
  });
}
