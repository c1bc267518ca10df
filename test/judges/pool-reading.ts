import {
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  AdminListGroupsForUserCommand,
  type CognitoIdentityProviderClient,
  GetGroupCommand,
} from "@aws-sdk/client-cognito-identity-provider";

export interface SeenUser {
  readonly sub: string;
  readonly enabled: boolean;
  readonly status: string;
  /** Without the sub. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A pool as the AWS SDK sees it: nothing here is shared with the connector. */
export interface PoolReading {
  /** Undefined if Cognito has no user with that username. */
  user(username: string): Promise<SeenUser | undefined>;
  groupsOf(username: string): Promise<readonly string[]>;
  /** Undefined if there is no such group. */
  group(name: string): Promise<{ readonly description?: string; readonly precedence?: number } | undefined>;
  /** `tokens`, the name of the challenge, or the name of the error. */
  signIn(username: string, password: string): Promise<string>;
}

export function readPool(
  client: CognitoIdentityProviderClient,
  UserPoolId: string,
  ClientId: string,
): PoolReading {
  return {
    async user(Username) {
      const found = await unlessMissing(client.send(new AdminGetUserCommand({ UserPoolId, Username })));
      if (found === undefined) return undefined;
      const attributes = new Map(
        (found.UserAttributes ?? []).map(({ Name = "", Value = "" }) => [Name, Value]),
      );
      const sub = attributes.get("sub") ?? "";
      attributes.delete("sub");
      return {
        sub,
        enabled: found.Enabled ?? false,
        status: found.UserStatus ?? "",
        attributes: Object.fromEntries(attributes),
      };
    },
    async groupsOf(Username) {
      const { Groups } = await client.send(new AdminListGroupsForUserCommand({ UserPoolId, Username }));
      return (Groups ?? []).map(({ GroupName }) => GroupName ?? "").toSorted();
    },
    async group(GroupName) {
      const found = await unlessMissing(client.send(new GetGroupCommand({ UserPoolId, GroupName })));
      const { Description, Precedence } = found?.Group ?? {};
      if (found === undefined) return undefined;
      return {
        ...(Description === undefined ? {} : { description: Description }),
        ...(Precedence === undefined ? {} : { precedence: Precedence }),
      };
    },
    async signIn(USERNAME, PASSWORD) {
      const AuthFlow = "ADMIN_USER_PASSWORD_AUTH";
      const AuthParameters = { USERNAME, PASSWORD };
      const asked = new AdminInitiateAuthCommand({ UserPoolId, ClientId, AuthFlow, AuthParameters });
      try {
        const { ChallengeName, AuthenticationResult } = await client.send(asked);
        return ChallengeName ?? (AuthenticationResult === undefined ? "nothing" : "tokens");
      } catch (error) {
        return error instanceof Error ? error.name : String(error);
      }
    },
  };
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (name === "UserNotFoundException" || name === "ResourceNotFoundException") return undefined;
    throw error;
  }
}
