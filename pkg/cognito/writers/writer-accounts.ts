import {
  AdminCreateUserCommand,
  type AdminCreateUserCommandInput,
  AdminDeleteUserAttributesCommand,
  AdminUpdateUserAttributesCommand,
  type AttributeType,
} from "@aws-sdk/client-cognito-identity-provider";
import type { DirectoryWriter } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { WriteCaller } from "../calls/write.ts";
import { parseUser } from "../mapping/parse.ts";
import { triggerInput } from "./trigger-input.ts";

type AccountWriter = Pick<
  DirectoryWriter,
  "createUser" | "resendInvitation" | "setAttributes" | "deleteAttributes"
>;

/** Creating accounts, their invitations and their attributes. */
export function createAccountWriter(write: WriteCaller, UserPoolId: string): AccountWriter {
  return {
    createUser: ({ username, attributes, temporaryPassword, inviteBy, clientMetadata }, signal) =>
      write.sendForResult(
        "AdminCreateUser",
        "User",
        // ForceAliasCreation is never sent: it takes the alias away from the user who has it (mark 46).
        (sdk, http) =>
          sdk.send(
            new AdminCreateUserCommand({
              UserPoolId,
              Username: username,
              UserAttributes: attributeList(attributes),
              TemporaryPassword: temporaryPassword?.reveal(),
              ...invitation(inviteBy),
              ...triggerInput(clientMetadata),
            }),
            http,
          ),
        ({ User }) => User && parseUser("AdminCreateUser", User),
        signal,
      ),

    async resendInvitation(Username, by, signal, clientMetadata) {
      if (by.length === 0) {
        throw new GovernanceError(
          "invalid-argument",
          "AdminCreateUser: an invitation needs a delivery medium, since Cognito would use SMS; give EMAIL or SMS",
        );
      }
      return write.send(
        "AdminCreateUser",
        (sdk, http) =>
          sdk.send(
            new AdminCreateUserCommand({
              UserPoolId,
              Username,
              MessageAction: "RESEND",
              DesiredDeliveryMediums: [...by],
              ...triggerInput(clientMetadata),
            }),
            http,
          ),
        signal,
      );
    },

    async setAttributes(Username, attributes, signal, clientMetadata) {
      assertNotBlank(attributes);
      return write.send(
        "AdminUpdateUserAttributes",
        (sdk, http) =>
          sdk.send(
            new AdminUpdateUserAttributesCommand({
              UserPoolId,
              Username,
              UserAttributes: attributeList(attributes),
              ...triggerInput(clientMetadata),
            }),
            http,
          ),
        signal,
      );
    },

    deleteAttributes: (Username, names, signal) =>
      write.send(
        "AdminDeleteUserAttributes",
        (sdk, http) =>
          sdk.send(
            new AdminDeleteUserAttributesCommand({ UserPoolId, Username, UserAttributeNames: [...names] }),
            http,
          ),
        signal,
      ),
  };
}

function invitation(
  by: readonly ("EMAIL" | "SMS")[],
): Pick<AdminCreateUserCommandInput, "MessageAction" | "DesiredDeliveryMediums"> {
  return by.length === 0 ? { MessageAction: "SUPPRESS" } : { DesiredDeliveryMediums: [...by] };
}

function attributeList(attributes: ReadonlyMap<string, string>): AttributeType[] {
  return [...attributes].map(([Name, Value]) => ({ Name, Value }));
}

/** Cognito deletes an attribute that is set to an empty value. That must not happen by accident (mark 45). */
function assertNotBlank(attributes: ReadonlyMap<string, string>): void {
  for (const [name, value] of attributes) {
    if (value !== "") continue;
    throw new GovernanceError(
      "invalid-argument",
      `AdminUpdateUserAttributes: the value of ${name} is empty, and Cognito would delete the attribute; delete it explicitly`,
    );
  }
}
