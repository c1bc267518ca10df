import { ActionType } from "../../protocol/messages.ts";
import { mediaNamed } from "../../provision/invitation-media.ts";
import { invalidField } from "../requests.ts";
import { type Action, plainUserAction, userAction } from "./action.ts";
import { boolField, stringField } from "./fields.ts";

/** Actions on the state of an account; its password and its profile have their own files. */
export const USER_ACTIONS: readonly Action[] = [
  plainUserAction(
    {
      name: "enable_user",
      displayName: "Enable User",
      description: "Lets the user sign in again",
      types: [ActionType.ACCOUNT_ENABLE],
    },
    (provisioner, user, context, signal) => provisioner.enableUser(user, context, signal),
  ),
  userAction(
    {
      name: "disable_user",
      displayName: "Disable User",
      description:
        "Prevents sign-in and signs the user out; ID tokens that were issued stay valid until they expire",
      types: [ActionType.ACCOUNT_DISABLE],
      arguments: [
        boolField(
          "sign_out",
          {
            displayName: "Sign out",
            description: "Revokes the refresh and access tokens too, unless false",
          },
          true,
        ),
      ],
    },
    (user, args) => {
      const how = { signOut: args.flag("sign_out") ?? true };
      return async (provisioner, context, signal) => ({
        outcome: await provisioner.disableUser(user, how, context, signal),
        fields: {},
      });
    },
  ),
  plainUserAction(
    {
      name: "sign_out_user",
      displayName: "Sign Out User",
      description:
        "Revokes the user's refresh and access tokens; ID tokens that were issued stay valid until they expire",
    },
    (provisioner, user, context, signal) => provisioner.signOutUser(user, context, signal),
  ),
  plainUserAction(
    {
      name: "confirm_sign_up",
      displayName: "Confirm Sign-Up",
      description: "Confirms a user who signed up and has not entered the confirmation code",
    },
    (provisioner, user, context, signal) => provisioner.confirmSignUp(user, context, signal),
  ),
  userAction(
    {
      name: "resend_invitation",
      displayName: "Resend Invitation",
      description: "Sends the invitation again, with a new temporary password",
      arguments: [
        stringField("deliver_by", {
          displayName: "Deliver by",
          description: "EMAIL, SMS or both; empty: by e-mail if the account has an address, else by SMS",
        }),
      ],
    },
    (user, args) => {
      const word = args.text("deliver_by") ?? "";
      const deliverBy = word === "" ? undefined : mediaNamed(word);
      if (word !== "" && deliverBy === undefined) {
        throw invalidField("args.deliver_by", "must be EMAIL, SMS or both");
      }
      return async (provisioner, context, signal) => ({
        outcome: await provisioner.resendInvitation(user, { deliverBy }, context, signal),
        fields: {},
      });
    },
  ),
  plainUserAction(
    {
      name: "reset_mfa",
      displayName: "Reset MFA",
      description: "Turns off every second factor of the user",
    },
    (provisioner, user, context, signal) => provisioner.resetMfa(user, context, signal),
  ),
];
