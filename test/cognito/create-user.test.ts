import {
  AdminCreateUserCommand,
  type AdminCreateUserCommandInput,
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  type CognitoIdentityProviderClient,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterEach, describe, expect, test } from "vitest";

import { createStage, type Stage } from "./client.ts";
import { person } from "./definitions.ts";
import type { Pool, PoolDefinition } from "./pool.ts";

const UserPoolId = "us-east-1_Ab129faBb";
let stage: Stage;
let client: CognitoIdentityProviderClient;
let pool: Pool;

async function serve(definition: Partial<PoolDefinition> = {}): Promise<void> {
  const lively = { users: [person(1, { username: "zoë" })], groups: ["g"] };
  stage = await createStage({ ...lively, ...definition, id: UserPoolId });
  ({ client, pool } = stage);
}

afterEach(async () => {
  await stage.server.close();
});

const startMs = Date.UTC(2026, 10, 21);

const create = (
  Username: string,
  attributes: Readonly<Record<string, string>> = {},
  rest: Partial<AdminCreateUserCommandInput> = {},
): Promise<unknown> =>
  client.send(
    new AdminCreateUserCommand({
      UserPoolId,
      Username,
      UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
      MessageAction: "SUPPRESS",
      ...rest,
    }),
  );

const attribute = (username: string, name: string): string | undefined =>
  pool.stored(username)?.attributes.get(name);

describe("AdminCreateUser", () => {
  test("creates an enabled user who must change the password, with dates of the clock", async () => {
    await serve();
    const { User } = await client.send(
      new AdminCreateUserCommand({
        UserPoolId,
        Username: "ali",
        UserAttributes: [{ Name: "email", Value: "ali@example.com" }],
        TemporaryPassword: "Str0ng!pass",
        MessageAction: "SUPPRESS",
      }),
    );
    expect(User).toMatchObject({
      Username: "ali",
      Enabled: true,
      UserStatus: "FORCE_CHANGE_PASSWORD",
      UserCreateDate: new Date(startMs),
    });
    expect(User?.Attributes?.map((one) => one.Name)).toEqual(["email", "sub"]);
    expect(pool.stored("ali")).toMatchObject({ passwords: ["Str0ng!pass"], invitations: 0 });
  });

  test("refuses a name in use, and gives a re-created user another sub", async () => {
    await serve();
    await expect(create("zoë")).rejects.toMatchObject({
      name: "UsernameExistsException",
      message: "User account already exists",
    });
    const before = pool.stored("zoë")?.sub;
    await client.send(new AdminDeleteUserCommand({ UserPoolId, Username: "zoë" }));
    await create("zoë");
    expect(pool.stored("zoë")?.sub).not.toBe(before);
  });

  test("in an e-mail pool generates the username, and knows the user by e-mail and sub", async () => {
    await serve({ usernameAttributes: ["email"], users: [] });
    await create("ali@example.com");
    const [ali] = pool.allUsers();
    expect(ali?.username).toBe(ali?.sub);
    expect(ali?.attributes.get("email")).toBe("ali@example.com");
    const found = await client.send(new AdminGetUserCommand({ UserPoolId, Username: "ali@example.com" }));
    expect(found.Username).toBe(ali?.sub);
    await expect(create("ali@example.com")).rejects.toMatchObject({
      name: "UsernameExistsException",
      message: "An account with the given email already exists.",
    });
    await expect(create("ali")).rejects.toThrow("Username should be an email.");
  });

  test("in an alias pool refuses a verified alias of another user, unless the call moves it", async () => {
    await serve({ aliasAttributes: ["email"] });
    const email = attribute("zoë", "email") ?? "";
    await expect(create("x@example.com")).rejects.toThrow("Username cannot be of email format");
    await create("unverified", { email });
    await expect(create("rival", { email, email_verified: "true" })).rejects.toMatchObject({
      name: "AliasExistsException",
    });
    expect(pool.stored("rival")).toBeUndefined();
    await create("rival", { email, email_verified: "true" }, { ForceAliasCreation: true });
    expect(pool.resolve(email)?.username).toBe("rival");
    expect(attribute("zoë", "email_verified")).toBe("false");
  });

  test.for([
    ["Sh0rt!", "Password not long enough"],
    ["nouppercase1!", "Password must have uppercase characters"],
    ["NOLOWERCASE1!", "Password must have lowercase characters"],
    ["NoNumbers!!", "Password must have numeric characters"],
    ["NoSymbols11", "Password must have symbol characters"],
  ] as const)("refuses the password %s", async ([TemporaryPassword, reason]) => {
    await serve();
    await expect(create("ali", {}, { TemporaryPassword })).rejects.toMatchObject({
      name: "InvalidPasswordException",
      message: `Password did not conform with policy: ${reason}`,
    });
    expect(pool.stored("ali")).toBeUndefined();
  });

  test("never repeats a password in a message", async () => {
    await serve();
    const call = create("ali", {}, { TemporaryPassword: "has a Space1!" });
    await expect(call).rejects.toThrow("Value at 'temporaryPassword' failed to satisfy constraint");
  });

  test.for([
    [{ "custom:nope": "x" }, "custom:nope: Attribute does not exist in the schema."],
    [{ email: "no-at-sign" }, "Invalid email address format."],
    [{ phone_number: "0301234" }, "Invalid phone number format."],
    [{ email_verified: "true" }, "Email is required to verify/un-verify an email"],
    [{ email: "a@example.com", email_verified: "yes" }, "data type Boolean"],
    [{ "custom:level": "high" }, "data type Number"],
    [{ "custom:level": "11" }, "Value must be between 1 and 10"],
    [{ sub: "x" }, "Cannot modify the non-mutable attribute sub"],
  ] as const)("refuses %o", async ([attributes, text]) => {
    await serve({ schema: [{ name: "custom:level", type: "Number", min: 1, max: 10 }] });
    const error: unknown = await create("ali", attributes).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "InvalidParameterException" });
    expect(String(error)).toContain(text);
    expect(pool.stored("ali")).toBeUndefined();
  });

  test("leaves the user behind when the invitation cannot be sent: SMS is the default medium", async () => {
    await serve();
    const attributes = [{ Name: "email", Value: "ali@example.com" }];
    const invited = (Username: string, mediums?: ("EMAIL" | "SMS")[]): Promise<unknown> =>
      client.send(
        new AdminCreateUserCommand({
          UserPoolId,
          Username,
          UserAttributes: attributes,
          DesiredDeliveryMediums: mediums,
        }),
      );
    await expect(invited("ali")).rejects.toMatchObject({ name: "CodeDeliveryFailureException" });
    expect(pool.stored("ali")).toMatchObject({ invitations: 0 });
    await invited("eva", ["EMAIL"]);
    expect(pool.stored("eva")).toMatchObject({ invitations: 1 });
  });

  test("RESEND needs a user who has not signed in", async () => {
    await serve();
    await create("ali", { phone_number: "+15550001" });
    await create("ali", {}, { MessageAction: "RESEND" });
    expect(pool.stored("ali")?.invitations).toBe(1);
    const names = { zoë: "UnsupportedUserStateException", nobody: "UserNotFoundException" };
    for (const [Username, name] of Object.entries(names)) {
      await expect(create(Username, {}, { MessageAction: "RESEND" })).rejects.toMatchObject({ name });
    }
  });

  test("creates without a password in a passwordless pool", async () => {
    await serve({ firstAuthFactors: ["PASSWORD", "EMAIL_OTP"] });
    await create("ali");
    expect(pool.stored("ali")).toMatchObject({ status: "CONFIRMED", passwords: [] });
  });
});
