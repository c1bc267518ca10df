import { assertVerifiable, readAttributes } from "../attribute-rules.ts";
import { AwsError, invalidParameter, userNotFound } from "../errors.ts";
import { userJson } from "../model.ts";
import { assertPassword, generatedPassword } from "../password-rules.ts";
import type { Pool } from "../pool.ts";
import { contested, taken, usernameAttribute } from "../sign-in-names.ts";
import type { StoredUser } from "../stored-user.ts";
import { flagOf, type Input, optionalText, textOf, textsOf } from "../validate.ts";
import { members } from "./members.ts";
import { type Operation, type OperationCall, writable } from "./operation.ts";

const answer = (user: StoredUser): string => `{"User":${userJson(user)}}`;

/** Sends the invitation, unless the user has nothing to send it to. A failure leaves the user behind. */
function invite(pool: Pool, user: StoredUser, input: Input): void {
  const mediums = textsOf(input, "DesiredDeliveryMediums") ?? ["SMS"];
  const reachable = mediums.some((medium) =>
    user.attributes.has(medium === "SMS" ? "phone_number" : "email"),
  );
  if (!reachable || pool.settings.behaviour.invitations === "fail") {
    throw new AwsError("CodeDeliveryFailureException", "Failed to deliver the invitation message.");
  }
  user.invitations += 1;
}

function resend(pool: Pool, call: OperationCall, temporary: string | undefined): string {
  const user = pool.resolve(textOf(call.input, "Username"));
  if (user === undefined) throw userNotFound();
  if (user.status !== "FORCE_CHANGE_PASSWORD") {
    throw new AwsError(
      "UnsupportedUserStateException",
      `Resend not possible. ${user.username} status is not FORCE_CHANGE_PASSWORD`,
    );
  }
  user.passwords = [temporary ?? generatedPassword(), ...user.passwords];
  user.modifiedMs = call.clockMs;
  invite(pool, user, call.input);
  return answer(user);
}

/** Refuses names in use; with ForceAliasCreation a verified alias moves over instead. */
function settleNames(pool: Pool, attributes: ReadonlyMap<string, string>, force: boolean): void {
  const rivals = contested(pool, attributes, undefined);
  for (const { name } of rivals) {
    if (pool.settings.usernameAttributes.some((one) => one === name))
      throw taken(name, "UsernameExistsException");
    if (!force || name === "preferred_username") throw taken(name, "AliasExistsException");
  }
  for (const { name, owner } of rivals) pool.setAttribute(owner, `${name}_verified`, "false");
}

/** What the call asks for, with the username of an e-mail or phone pool as the attribute that it is. */
function wantedAttributes(pool: Pool, input: Input, username: string): Map<string, string> {
  const attributes = readAttributes(pool.settings, input, "UserAttributes");
  assertVerifiable(attributes, (name) => attributes.has(name));
  for (const [name, value] of attributes) if (value === "") attributes.delete(name);
  const own = usernameAttribute(pool, username);
  if (own === undefined) return attributes;
  if ((attributes.get(own) ?? username) !== username) {
    throw invalidParameter(`User attribute ${own} must match the username.`);
  }
  return new Map([[own, username], ...attributes]);
}

export const adminCreateUser: Operation = {
  name: "AdminCreateUser",
  category: "UserCreation",
  writes: true,
  members: members(
    ["UserPoolId", "Username"],
    [
      "UserAttributes",
      "ValidationData",
      "TemporaryPassword",
      "ForceAliasCreation",
      "MessageAction",
      "DesiredDeliveryMediums",
      "ClientMetadata",
    ],
  ),
  run(call) {
    const pool = writable(call);
    const { input } = call;
    const temporary = optionalText(input, "TemporaryPassword");
    const action = optionalText(input, "MessageAction");
    if (temporary !== undefined) assertPassword(pool.settings.passwordPolicy, temporary);
    if (action === "RESEND") return resend(pool, call, temporary);

    const username = textOf(input, "Username");
    const attributes = wantedAttributes(pool, input, username);
    if (pool.stored(username) !== undefined) {
      throw new AwsError("UsernameExistsException", "User account already exists");
    }
    settleNames(pool, attributes, flagOf(input, "ForceAliasCreation"));
    // A pool with another first factor creates users without a password when none is given.
    const passwordless =
      temporary === undefined && pool.settings.firstAuthFactors.some((factor) => factor !== "PASSWORD");
    const user = pool.addUser({
      username,
      attributes: Object.fromEntries(attributes),
      status: passwordless ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD",
      createdAt: new Date(call.clockMs),
    });
    if (!passwordless) user.passwords = [temporary ?? generatedPassword()];
    if (action === undefined) invite(pool, user, input);
    return answer(user);
  },
};
