import { Secret } from "../../core/secret.ts";
import { invalidField } from "../requests.ts";
import { type Action, plainUserAction, userAction } from "./action.ts";
import { boolField, stringField } from "./fields.ts";

export const PASSWORD_ACTIONS: readonly Action[] = [
  userAction(
    {
      name: "set_password",
      displayName: "Set Password",
      description: "Gives the user this password, which must keep the pool's policy",
      arguments: [
        stringField("password", { displayName: "Password", isRequired: true, isSecret: true }),
        boolField("permanent", {
          displayName: "Permanent",
          description: "Unless true the user must change it at the next sign-in",
        }),
      ],
    },
    (user, args) => {
      const text = args.text("password");
      if (text === undefined) throw invalidField("args.password", "missing");
      const password = new Secret(text);
      const how = { permanent: args.flag("permanent") ?? false };
      return async (provisioner, context, signal) => ({
        outcome: await provisioner.setPassword(user, password, how, context, signal),
        fields: {},
      });
    },
  ),
  plainUserAction(
    {
      name: "reset_password",
      displayName: "Reset Password",
      description:
        "The old password is dead at once; a code goes to the verified e-mail address or phone number",
    },
    (provisioner, user, context, signal) => provisioner.resetPassword(user, context, signal),
  ),
];
