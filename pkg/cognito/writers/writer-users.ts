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
import type { Write } from "../calls/write.ts";

type Users = Pick<
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

const OFF = { Enabled: false, PreferredMfa: false };

/** What happens to one user who is there already. */
export function createUserWriter(write: Write, UserPoolId: string): Users {
  return {
    deleteUser: (Username, signal) =>
      write.done(
        "AdminDeleteUser",
        (sdk, http) => sdk.send(new AdminDeleteUserCommand({ UserPoolId, Username }), http),
        signal,
      ),

    enableUser: (Username, signal) =>
      write.done(
        "AdminEnableUser",
        (sdk, http) => sdk.send(new AdminEnableUserCommand({ UserPoolId, Username }), http),
        signal,
      ),

    disableUser: (Username, signal) =>
      write.done(
        "AdminDisableUser",
        (sdk, http) => sdk.send(new AdminDisableUserCommand({ UserPoolId, Username }), http),
        signal,
      ),

    signOutUser: (Username, signal) =>
      write.done(
        "AdminUserGlobalSignOut",
        (sdk, http) => sdk.send(new AdminUserGlobalSignOutCommand({ UserPoolId, Username }), http),
        signal,
      ),

    setPassword: (Username, password, Permanent, signal) =>
      write.done(
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

    resetPassword: (Username, signal) =>
      write.done(
        "AdminResetUserPassword",
        (sdk, http) => sdk.send(new AdminResetUserPasswordCommand({ UserPoolId, Username }), http),
        signal,
      ),

    confirmSignUp: (Username, signal) =>
      write.done(
        "AdminConfirmSignUp",
        (sdk, http) => sdk.send(new AdminConfirmSignUpCommand({ UserPoolId, Username }), http),
        signal,
      ),

    // A factor that is left out would stay as it is.
    clearMfa: (Username, signal) =>
      write.done(
        "AdminSetUserMFAPreference",
        (sdk, http) =>
          sdk.send(
            new AdminSetUserMFAPreferenceCommand({
              UserPoolId,
              Username,
              SMSMfaSettings: OFF,
              SoftwareTokenMfaSettings: OFF,
              EmailMfaSettings: OFF,
            }),
            http,
          ),
        signal,
      ),
  };
}
