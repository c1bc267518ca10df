import type { Command, Option } from "commander";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { mediaNamed } from "../../../../pkg/provision/invitation-media.ts";
import { readPassword } from "../../process/stdin.ts";
import type { UserRequest } from "../commands/users.ts";
import type { CommandTree } from "./command-tree.ts";
import {
  entriesOf,
  flagOf,
  flagOption,
  objectOption,
  pairsOption,
  rejectedOption,
  repeatedOption,
  requiredOption,
  requiredTextOf,
  textOf,
  textOption,
  textsOf,
  wordOption,
} from "./option-types.ts";

const NO_PASSWORD_FLAG =
  "a password is not accepted on the command line, where every user of the machine can read it";

export function userOption(): Option {
  return requiredOption("--user <who>", "The user: sub, username, e-mail, phone or alias");
}

/** The commands that change users. */
export function addUserCommands(tree: CommandTree): void {
  addCreateAccount(tree);
  addUpdateUser(tree);
  addUserCommand(tree, {
    name: "enable-user",
    summary: "Enable a user",
    description: "Enable a user, who can then sign in again.",
    requestOf: async () => ({ kind: "enable-user" }),
  });
  addUserCommand(tree, {
    name: "disable-user",
    summary: "Disable a user and end the sessions",
    description: "Disable a user, who can then no longer sign in, and end all sessions.",
    options: [flagOption("--keep-sessions", "Do not sign the user out; AWS revokes the tokens anyway")],
    requestOf: async (command) => ({ kind: "disable-user", signOut: !flagOf(command, "keepSessions") }),
  });
  addUserCommand(tree, {
    name: "sign-out-user",
    summary: "End all sessions of a user",
    description: "End all sessions of a user. ID tokens stay valid until they expire.",
    requestOf: async () => ({ kind: "sign-out-user" }),
  });
  addSetPassword(tree);
  addRotatePassword(tree);
  addUserCommand(tree, {
    name: "reset-password",
    summary: "Invalidate the password and send a reset code",
    description: "Invalidate the password of a user. Cognito sends the user a code to set a new one.",
    requestOf: async () => ({ kind: "reset-password" }),
  });
  addUserCommand(tree, {
    name: "resend-invitation",
    summary: "Send the invitation again",
    description: "Send the invitation again, with a new temporary password.",
    options: [deliverByOption("How the invitation is sent")],
    async requestOf(command) {
      const word = textOf(command, "deliverBy");
      return {
        kind: "resend-invitation",
        deliverBy: word === undefined ? undefined : mediaNamed(word),
      };
    },
  });
  addUserCommand(tree, {
    name: "confirm-sign-up",
    summary: "Confirm the sign-up of a user",
    description: "Confirm a user who signed up but did not enter the confirmation code.",
    requestOf: async () => ({ kind: "confirm-sign-up" }),
  });
  addUserCommand(tree, {
    name: "reset-mfa",
    summary: "Turn off the MFA methods of a user",
    description: "Turn off all MFA methods of a user.",
    requestOf: async () => ({ kind: "reset-mfa" }),
  });
  addUserCommand(tree, {
    name: "delete-user",
    summary: "Delete a user permanently",
    description: "Delete a user permanently. Cognito cannot restore a deleted user.",
    requestOf: async () => ({ kind: "delete-user" }),
  });
}

interface UserCommand {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly options?: readonly Option[];
  readonly requestOf: (command: Command) => Promise<UserRequest>;
}

function addUserCommand(
  { program, context, configured }: CommandTree,
  { name, summary, description, options = [], requestOf }: UserCommand,
): void {
  const command = program.command(name).summary(summary).description(description).addOption(userOption());
  for (const option of options) command.addOption(option);
  configured(command, "write", async (config) => {
    const request = await requestOf(command);
    const { userCommand } = await import("../commands/users.ts");
    return userCommand(requiredTextOf(command, "user"), request, config, context);
  });
}

function addUpdateUser(tree: CommandTree): void {
  addUserCommand(tree, {
    name: "update-user",
    summary: "Set or remove attributes of a user",
    description: "Set or remove attributes of a user. The other attributes are not changed.",
    options: [
      pairsOption("--set <name=value>", "Attribute to set, by its name in Cognito"),
      objectOption("--set-json <json>", "Attributes to set, as a JSON object"),
      repeatedOption("--remove <name>", "Attribute to remove"),
    ],
    async requestOf(command) {
      const set = entriesOf(command, "set", "setJson");
      const remove = textsOf(command, "remove");
      if (set.size === 0 && remove.length === 0) {
        throw new GovernanceError(
          "invalid-argument",
          "nothing to change: give --set, --set-json or --remove",
        );
      }
      return { kind: "update-user-attributes", change: { set, remove } };
    },
  });
}

function addSetPassword(tree: CommandTree): void {
  addUserCommand(tree, {
    name: "set-password",
    summary: "Set a password that is read from stdin",
    description: "Set the password of a user. The password is read from stdin.",
    options: [
      flagOption("--stdin", "Read the password from stdin, one line (required)"),
      temporaryOption(),
      rejectedOption("--password [text]", `${NO_PASSWORD_FLAG}; pipe it in with --stdin`),
    ],
    async requestOf(command) {
      if (!flagOf(command, "stdin")) {
        throw new GovernanceError(
          "invalid-argument",
          "--stdin: missing; the password can only be read from stdin",
        );
      }
      const password = await readPassword("--stdin", tree.context);
      return { kind: "set-password", password, temporary: flagOf(command, "temporary") };
    },
  });
}

function addCreateAccount({ program, context, configured }: CommandTree): void {
  const command = program
    .command("create-account")
    .summary("Create a user")
    .description("Create a user. If the user already exists, nothing is changed.")
    .addOption(
      textOption(
        "--login <name>",
        "Username; if users sign in by e-mail or phone, the e-mail address or phone number",
      ),
    )
    .addOption(textOption("--email <address>", "E-mail address"))
    .addOption(
      pairsOption("--attribute <name=value>", "Attribute by its name in Cognito, such as custom:team=red"),
    )
    .addOption(objectOption("--profile <json>", "Attributes as a JSON object"))
    .addOption(flagOption("--invite", "Let Cognito send an invitation with a temporary password"))
    .addOption(deliverByOption("How the invitation of --invite is sent"))
    .addOption(
      wordOption(
        "--password <none|random|stdin>",
        "Initial password: random (printed encrypted), stdin (read from stdin) or none (default: none)",
      ),
    )
    .addOption(temporaryOption())
    .addOption(
      encryptToOption("File with the public JWK or age recipient that encrypts the random password"),
    );
  configured(command, "write", async (config) => {
    const { createAccountCommand } = await import("../commands/create-account.ts");
    const password = textOf(command, "password");
    return createAccountCommand(
      {
        login: textOf(command, "login"),
        email: textOf(command, "email"),
        profile: entriesOf(command, "attribute", "profile"),
        invite: flagOf(command, "invite"),
        deliverBy: textOf(command, "deliverBy"),
        password: password === "random" || password === "stdin" ? password : "none",
        temporary: flagOf(command, "temporary"),
        encryptTo: textOf(command, "encryptTo"),
      },
      config,
      context,
    );
  });
}

function addRotatePassword({ program, context, configured }: CommandTree): void {
  const command = program
    .command("rotate-password")
    .summary("Set a random password and print it encrypted")
    .description(
      "Set a random password for a user and print it, encrypted for the key in a file. It is never printed unencrypted.",
    )
    .addOption(userOption())
    .addOption(
      encryptToOption(
        "File with the public JWK or age recipient that encrypts the password (required)",
      ).makeOptionMandatory(),
    )
    .addOption(temporaryOption())
    .addOption(
      rejectedOption(
        "--password [text]",
        `${NO_PASSWORD_FLAG}; this command makes a random one, "set-password" sets a given one`,
      ),
    );
  configured(command, "write", async (config) => {
    const { rotatePasswordCommand } = await import("../commands/rotate-password.ts");
    return rotatePasswordCommand(
      {
        user: requiredTextOf(command, "user"),
        encryptTo: requiredTextOf(command, "encryptTo"),
        temporary: flagOf(command, "temporary"),
      },
      config,
      context,
    );
  });
}

function deliverByOption(description: string): Option {
  return wordOption(
    "--deliver-by <EMAIL|SMS|both>",
    `${description} (default: by e-mail if there is an address, else by SMS)`,
  );
}

function temporaryOption(): Option {
  return flagOption("--temporary", "Require the user to change the password at the next sign-in");
}

function encryptToOption(description: string): Option {
  return textOption("--encrypt-to <path>", description);
}
