import {
  AdminConfirmSignUpCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminResetUserPasswordCommand,
  AdminSetUserMFAPreferenceCommand,
  AdminSetUserPasswordCommand,
  AdminUserGlobalSignOutCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import type { DirectoryWriter } from "../../core/directory-writer.ts";
import type { WriteCaller } from "../calls/write.ts";
import { triggerInput } from "./trigger-input.ts";

type UserWriter = Pick<
  DirectoryWriter,
  | "deleteUser"
  | "enableUser"
  | "disableUser"
  | "signOutUser"
  | "setPassword"
  | "resetPassword"
  | "confirmSignUp"
  | "clearMfa"
>;

const MFA_OFF = { Enabled: false, PreferredMfa: false };

/** Changes of one existing user, except attributes. */
export function createUserWriter(write: WriteCaller, UserPoolId: string): UserWriter {
  return {
    deleteUser: (Username, signal) =>
      write.send(
        "AdminDeleteUser",
        (sdk, http) => sdk.send(new AdminDeleteUserCommand({ UserPoolId, Username }), http),
        signal,
      ),

    enableUser: (Username, signal) =>
      write.send(
        "AdminEnableUser",
        (sdk, http) => sdk.send(new AdminEnableUserCommand({ UserPoolId, Username }), http),
        signal,
      ),

    disableUser: (Username, signal) =>
      write.send(
        "AdminDisableUser",
        (sdk, http) => sdk.send(new AdminDisableUserCommand({ UserPoolId, Username }), http),
        signal,
      ),

    signOutUser: (Username, signal) =>
      write.send(
        "AdminUserGlobalSignOut",
        (sdk, http) => sdk.send(new AdminUserGlobalSignOutCommand({ UserPoolId, Username }), http),
        signal,
      ),

    setPassword: (Username, password, Permanent, signal) =>
      write.send(
        "AdminSetUserPassword",
        (sdk, http) =>
          sdk.send(
            new AdminSetUserPasswordCommand({
              UserPoolId,
              Username,
              Password: password.reveal(),
              Permanent,
            }),
            http,
          ),
        signal,
      ),

    resetPassword: (Username, signal, clientMetadata) =>
      write.send(
        "AdminResetUserPassword",
        (sdk, http) =>
          sdk.send(
            new AdminResetUserPasswordCommand({ UserPoolId, Username, ...triggerInput(clientMetadata) }),
            http,
          ),
        signal,
      ),

    confirmSignUp: (Username, signal, clientMetadata) =>
      write.send(
        "AdminConfirmSignUp",
        (sdk, http) =>
          sdk.send(
            new AdminConfirmSignUpCommand({ UserPoolId, Username, ...triggerInput(clientMetadata) }),
            http,
          ),
        signal,
      ),

    // A factor that is not sent keeps its state.
    clearMfa: (Username, factors, signal) =>
      write.send(
        "AdminSetUserMFAPreference",
        (sdk, http) =>
          sdk.send(
            new AdminSetUserMFAPreferenceCommand({
              UserPoolId,
              Username,
              SMSMfaSettings: factors.includes("SMS_MFA") ? MFA_OFF : undefined,
              SoftwareTokenMfaSettings: factors.includes("SOFTWARE_TOKEN_MFA") ? MFA_OFF : undefined,
              EmailMfaSettings: factors.includes("EMAIL_OTP") ? MFA_OFF : undefined,
            }),
            http,
          ),
        signal,
      ),
  };
}
