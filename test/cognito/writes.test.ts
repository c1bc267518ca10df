import {
  AdminAddUserToGroupCommand,
  AdminConfirmSignUpCommand,
  AdminDeleteUserAttributesCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  AdminResetUserPasswordCommand,
  AdminSetUserMFAPreferenceCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  AdminUserGlobalSignOutCommand,
  type CognitoIdentityProviderClient,
  CreateGroupCommand,
  DeleteGroupCommand,
  UpdateGroupCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterEach, describe, expect, test } from "vitest";

import { createStage, type Stage } from "./client.ts";
import { federatedPerson, person } from "./definitions.ts";
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

const update = (Username: string, attributes: Readonly<Record<string, string>>): Promise<unknown> =>
  client.send(
    new AdminUpdateUserAttributesCommand({
      UserPoolId,
      Username,
      UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
    }),
  );

const attribute = (username: string, name: string): string | undefined =>
  pool.stored(username)?.attributes.get(name);

describe("attributes", () => {
  const email = "new@example.com";

  test("an e-mail change clears the verified flag unless the call sets it", async () => {
    await serve();
    await update("zoë", { email });
    expect([attribute("zoë", "email"), attribute("zoë", "email_verified")]).toEqual([email, "false"]);
    await update("zoë", { email: "next@example.com", email_verified: "true" });
    expect(attribute("zoë", "email_verified")).toBe("true");
    await update("zoë", { email: "next@example.com" });
    expect(attribute("zoë", "email_verified")).toBe("true");
    expect(pool.stored("zoë")?.modifiedMs).toBe(startMs);
  });

  test("a pool that verifies before the update keeps the old value, and still succeeds", async () => {
    await serve({ verifyBeforeUpdate: ["email"] });
    const before = attribute("zoë", "email");
    await update("zoë", { email });
    expect([attribute("zoë", "email"), attribute("zoë", "email_verified")]).toEqual([before, "true"]);
    await update("zoë", { email, email_verified: "true" });
    expect(attribute("zoë", "email")).toBe(email);
  });

  test("an empty value deletes, a required or immutable attribute refuses", async () => {
    await serve({
      schema: [
        { name: "name", required: true },
        { name: "custom:badge", mutable: false },
      ],
      users: [person(1, { username: "zoë", attributes: { "custom:badge": "7" } })],
    });
    await update("zoë", { locale: "" });
    expect(attribute("zoë", "locale")).toBeUndefined();
    await expect(update("zoë", { zoneinfo: "Asia/Tokyo", name: "" })).rejects.toThrow(
      "user.name: Required attribute cannot be deleted.",
    );
    await expect(update("zoë", { zoneinfo: "Asia/Tokyo", "custom:badge": "8" })).rejects.toThrow(
      "user.custom:badge: Attribute cannot be updated.",
    );
    expect(attribute("zoë", "zoneinfo")).not.toBe("Asia/Tokyo");
  });

  test("a verified alias of another user is refused", async () => {
    await serve({
      aliasAttributes: ["email"],
      users: [person(1, { username: "zoë" }), person(2, { username: "ali" })],
    });
    const taken = attribute("zoë", "email") ?? "";
    await expect(update("ali", { email: taken, email_verified: "true" })).rejects.toMatchObject({
      name: "AliasExistsException",
    });
    await update("zoë", { email, email_verified: "true" });
    await update("ali", { email: taken, email_verified: "true" });
    expect([pool.resolve(taken)?.username, pool.resolve(email)?.username]).toEqual(["ali", "zoë"]);
  });

  test("AdminDeleteUserAttributes removes the flag too; a setting decides about an absent attribute", async () => {
    await serve({ behaviour: { deleteUnsetAttribute: "refuse" } });
    const remove = (name: string): Promise<unknown> =>
      client.send(
        new AdminDeleteUserAttributesCommand({ UserPoolId, Username: "zoë", UserAttributeNames: [name] }),
      );
    await remove("email");
    expect(attribute("zoë", "email_verified")).toBeUndefined();
    await expect(remove("nickname")).rejects.toMatchObject({ name: "InvalidParameterException" });
  });
});

describe("state and passwords", () => {
  test("enable and disable are idempotent, and disabling signs out", async () => {
    await serve();
    for (const enabled of [false, false, true, true]) {
      const input = { UserPoolId, Username: "zoë" };
      await client.send(enabled ? new AdminEnableUserCommand(input) : new AdminDisableUserCommand(input));
      expect(pool.stored("zoë")).toMatchObject({ enabled, status: "CONFIRMED" });
    }
    await client.send(new AdminUserGlobalSignOutCommand({ UserPoolId, Username: "zoë" }));
    expect(pool.stored("zoë")?.signOuts).toBe(3);
  });

  test("AdminSetUserPassword sets the status and remembers the last passwords", async () => {
    await serve({ passwordPolicy: { historySize: 2, requireSymbols: false } });
    const set = (Password: string, Permanent: boolean): Promise<unknown> =>
      client.send(new AdminSetUserPasswordCommand({ UserPoolId, Username: "zoë", Password, Permanent }));
    await set("Passw0rdA", false);
    expect(pool.stored("zoë")?.status).toBe("FORCE_CHANGE_PASSWORD");
    await set("Passw0rdB", true);
    expect(pool.stored("zoë")?.status).toBe("CONFIRMED");
    await expect(set("Passw0rdA", true)).rejects.toMatchObject({
      name: "PasswordHistoryPolicyViolationException",
    });
    await set("Passw0rdC", true);
    await set("Passw0rdA", true);
  });

  test("AdminResetUserPassword refuses by the user's state, as NotAuthorizedException", async () => {
    await serve({
      users: [
        person(1, { username: "well" }),
        person(2, { username: "disabled", enabled: false }),
        person(3, { username: "waiting", status: "FORCE_CHANGE_PASSWORD" }),
        federatedPerson(4, "Google", { username: "Google_4" }),
        person(5, { username: "unreachable", attributes: { email: null, phone_number: null } }),
      ],
    });
    const reset = (Username: string): Promise<unknown> =>
      client.send(new AdminResetUserPasswordCommand({ UserPoolId, Username }));
    await reset("well");
    expect(pool.stored("well")?.status).toBe("RESET_REQUIRED");
    const state = "User password cannot be reset in the current state.";
    const refusals = { disabled: "User is disabled.", waiting: state, Google_4: state };
    for (const [username, message] of Object.entries(refusals)) {
      await expect(reset(username)).rejects.toMatchObject({ name: "NotAuthorizedException", message });
    }
    await expect(reset("unreachable")).rejects.toThrow("no registered/verified email or phone_number");
  });

  test("AdminConfirmSignUp confirms once", async () => {
    await serve({ users: [{ username: "new", status: "UNCONFIRMED" }] });
    const confirm = (): Promise<unknown> =>
      client.send(new AdminConfirmSignUpCommand({ UserPoolId, Username: "new" }));
    await confirm();
    await expect(confirm()).rejects.toThrow("User cannot be confirmed. Current status is CONFIRMED");
  });

  test("AdminSetUserMFAPreference shows in AdminGetUser only", async () => {
    await serve();
    await client.send(
      new AdminSetUserMFAPreferenceCommand({
        UserPoolId,
        Username: "zoë",
        SMSMfaSettings: { Enabled: true },
        SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true },
      }),
    );
    const user = await client.send(new AdminGetUserCommand({ UserPoolId, Username: "zoë" }));
    expect(user).toMatchObject({
      PreferredMfaSetting: "SOFTWARE_TOKEN_MFA",
      UserMFASettingList: ["SMS_MFA", "SOFTWARE_TOKEN_MFA"],
    });
  });
});

describe("groups", () => {
  const RoleArn = "arn:aws:iam::123456789012:role/admins";
  const input = { UserPoolId, GroupName: "admins", Description: "All", RoleArn, Precedence: 0 };

  test.for(["merge", "replace"] as const)("CreateGroup, then UpdateGroup by %s", async (updateGroup) => {
    await serve({ behaviour: { updateGroup } });
    await client.send(new CreateGroupCommand(input));
    await expect(client.send(new CreateGroupCommand(input))).rejects.toMatchObject({
      name: "GroupExistsException",
    });
    stage.clock.ms += 1000;
    const { Group } = await client.send(
      new UpdateGroupCommand({ UserPoolId, GroupName: "admins", Description: "Some" }),
    );
    const kept = updateGroup === "merge" ? { RoleArn, Precedence: 0 } : {};
    expect(Group).toEqual({
      GroupName: "admins",
      UserPoolId,
      Description: "Some",
      ...kept,
      CreationDate: new Date(startMs),
      LastModifiedDate: new Date(startMs + 1000),
    });
  });

  test("the limit of groups per pool is LimitExceededException", async () => {
    await serve({ behaviour: { groupsPerPool: 1 } });
    await expect(client.send(new CreateGroupCommand(input))).rejects.toMatchObject({
      name: "LimitExceededException",
    });
  });

  test("membership is idempotent both ways, and distinguishes an unknown user from an unknown group", async () => {
    await serve();
    const at = (
      Username: string,
      GroupName: string,
    ): { UserPoolId: string; Username: string; GroupName: string } => ({
      UserPoolId,
      Username,
      GroupName,
    });
    for (const count of [1, 1]) {
      await client.send(new AdminAddUserToGroupCommand(at("zoë", "g")));
      expect(pool.membershipCount()).toBe(count);
    }
    for (const count of [0, 0]) {
      await client.send(new AdminRemoveUserFromGroupCommand(at("zoë", "g")));
      expect(pool.membershipCount()).toBe(count);
    }
    await expect(client.send(new AdminAddUserToGroupCommand(at("nobody", "g")))).rejects.toMatchObject({
      name: "UserNotFoundException",
    });
    await expect(client.send(new AdminRemoveUserFromGroupCommand(at("zoë", "h")))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  test("a user has at most 100 groups", async () => {
    const names = Array.from({ length: 101 }, (_, index) => `g${index}`);
    await serve({ groups: names, users: [person(1, { username: "zoë", groups: names.slice(0, 100) })] });
    const add = (GroupName: string): Promise<unknown> =>
      client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username: "zoë", GroupName }));
    await add("g99");
    await expect(add("g100")).rejects.toMatchObject({ name: "LimitExceededException" });
    const { Groups, NextToken } = await client.send(
      new AdminListGroupsForUserCommand({ UserPoolId, Username: "zoë" }),
    );
    expect([Groups?.length, typeof NextToken]).toEqual([60, "string"]);
  });

  test("DeleteGroup deletes its memberships; by the old rule the group must be empty", async () => {
    const member = person(1, { username: "zoë", groups: ["g"] });
    const remove = (): Promise<unknown> =>
      client.send(new DeleteGroupCommand({ UserPoolId, GroupName: "g" }));
    await serve({ users: [member] });
    await remove();
    expect([pool.groupCount(), pool.membershipCount()]).toEqual([0, 0]);
    await expect(remove()).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await stage.server.close();

    await serve({ users: [member], behaviour: { deleteGroup: "only-empty" } });
    await expect(remove()).rejects.toMatchObject({ name: "InvalidParameterException" });
    pool.leave("zoë", "g");
    await remove();
    expect(pool.groupCount()).toBe(0);
  });
});
