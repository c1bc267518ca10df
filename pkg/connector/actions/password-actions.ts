import { Secret } from "../../core/secret.ts";
import { invalidField } from "../requests.ts";
import { type Action, plainUserAction, userAction } from "./action.ts";
import { boolField, stringField } from "./fields.ts";

export const PASSWORD_ACTIONS: readonly Action[] = [
  userAction(
    {
      name: "set_password",
      displayName: "Set Password",
      description: "Sets this password, which must satisfy the password policy of the pool",
      arguments: [
        stringField("password", { displayName: "Password", isRequired: true, isSecret: true }),
        boolField("permanent", {
          displayName: "Permanent",
          description: "If not true, the user must change it at the next sign-in",
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
        "Invalidates the password at once and sends a code to the verified e-mail address or phone number",
    },
    (provisioner, user, context, signal) => provisioner.resetPassword(user, context, signal),
  ),
];
