import { AwsError, invalidParameter } from "../errors.ts";
import { assertNotReused, assertPassword } from "../password-rules.ts";
import type { StoredUser } from "../stored-user.ts";
import { flagOf, type Input, recordOf, textOf } from "../validate.ts";
import { members } from "./members.ts";
import { nothing, type Operation } from "./operation.ts";
import { subjectOf } from "./write-users.ts";

/** On a federated profile this makes a local account of it, which AWS permits and advises against. */
export const adminSetUserPassword: Operation = {
  name: "AdminSetUserPassword",
  category: "UserAccountRecovery",
  writes: true,
  members: members(["UserPoolId", "Username", "Password"], ["Permanent"]),
  run(call) {
    const { pool, user } = subjectOf(call);
    const password = textOf(call.input, "Password");
    assertPassword(pool.settings.passwordPolicy, password);
    assertNotReused(pool.settings.passwordPolicy, user, password);
    user.passwords = [password, ...user.passwords];
    user.status = flagOf(call.input, "Permanent") ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD";
    user.modifiedMs = call.clockMs;
    return nothing;
  },
};

const refused = (text: string): AwsError => new AwsError("NotAuthorizedException", text);

const hasContact = (user: StoredUser): boolean =>
  ["email", "phone_number"].some(
    (name) => user.attributes.has(name) && user.attributes.get(`${name}_verified`) === "true",
  );

/** NotAuthorizedException speaks of the user's state here, not of the caller. */
export const adminResetUserPassword: Operation = {
  name: "AdminResetUserPassword",
  category: "UserAccountRecovery",
  writes: true,
  members: members(["UserPoolId", "Username"], ["ClientMetadata"]),
  run(call) {
    const { pool, user } = subjectOf(call);
    if (!user.enabled) throw refused("User is disabled.");
    if (["FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER", "UNCONFIRMED"].includes(user.status)) {
      throw refused("User password cannot be reset in the current state.");
    }
    if (!pool.settings.selfServiceRecovery)
      throw refused("Password reset is not enabled for this user pool.");
    if (!hasContact(user)) {
      throw invalidParameter(
        "Cannot reset password for the user as there is no registered/verified email or phone_number",
      );
    }
    user.status = "RESET_REQUIRED";
    user.modifiedMs = call.clockMs;
    return nothing;
  },
};

const factors = [
  ["SMSMfaSettings", "SMS_MFA"],
  ["SoftwareTokenMfaSettings", "SOFTWARE_TOKEN_MFA"],
  ["EmailMfaSettings", "EMAIL_OTP"],
] as const;

const has = (input: Input, settings: string, flag: string): boolean => {
  const given = recordOf(input, settings);
  return given !== undefined && flagOf(given, flag);
};

/** Settings that are left out keep their factor as it is. */
export const adminSetUserMfaPreference: Operation = {
  name: "AdminSetUserMFAPreference",
  category: "UserResourceUpdate",
  writes: true,
  members: members(
    ["UserPoolId", "Username"],
    ["SMSMfaSettings", "SoftwareTokenMfaSettings", "EmailMfaSettings", "WebAuthnMfaSettings"],
  ),
  run(call) {
    const { user } = subjectOf(call);
    const { input } = call;
    const preferred = factors.filter(([settings]) => has(input, settings, "PreferredMfa"));
    if (preferred.length > 1) throw invalidParameter("Only one preferred MFA method can be set.");
    if (has(input, "SMSMfaSettings", "Enabled") && !user.attributes.has("phone_number")) {
      throw invalidParameter("User does not have delivery config set to turn on SMS_MFA");
    }
    const enabled = factors.filter(([settings, factor]) =>
      recordOf(input, settings) === undefined
        ? user.mfaList.includes(factor)
        : has(input, settings, "Enabled"),
    );
    if (preferred.some((one) => !enabled.includes(one))) {
      throw invalidParameter("A preferred MFA method must be enabled.");
    }
    const list = enabled.map(([, factor]) => factor);
    user.preferredMfa = preferred[0]?.[1] ?? list.find((factor) => factor === user.preferredMfa);
    user.mfaList = list;
    return nothing;
  },
};
