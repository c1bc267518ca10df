import type { Command, Option } from "commander";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { readPassword } from "../../process/stdin.ts";
import type { UserRequest } from "../commands/users.ts";
import type { Tree } from "./configured.ts";
import {
  entriesOf,
  flagOption,
  isSet,
  neededOption,
  neededTextOf,
  objectOption,
  pairsOption,
  refusedOption,
  repeatedOption,
  textOf,
  textOption,
  textsOf,
  wordOption,
} from "./option-types.ts";

const NOT_HERE = "a password never stands on the command line, where every user of this machine can read it";

export function userOption(): Option {
  return neededOption("--user <who>", "Whose account: sub, username or e-mail address");
}

/** The commands that change an account. */
export function addPeople(tree: Tree): void {
  addCreateAccount(tree);
  addUpdateUser(tree);
  addUserCommand(tree, "enable-user", "Let a person sign in again", async () => ({ kind: "enable-user" }));
  addUserCommand(
    tree,
    "disable-user",
    "Keep a person from signing in, and end the sessions",
    async (command) => ({ kind: "disable-user", signOut: !isSet(command, "keepSessions") }),
    [
      flagOption(
        "--keep-sessions",
        "Leave out the sign-out; AWS revokes the tokens of a disabled person all the same",
      ),
    ],
  );
  addUserCommand(tree, "sign-out-user", "End every session of a person", async () => ({
    kind: "sign-out-user",
  }));
  addUserCommand(
    tree,
    "set-password",
    "Give a person the password that stands on stdin",
    async (command) => {
      if (!isSet(command, "stdin")) {
        throw new GovernanceError(
          "invalid-argument",
          "--stdin: missing; the password is read from stdin alone",
        );
      }
      const password = await readPassword("--stdin", tree.context);
      return { kind: "set-password", password, temporary: isSet(command, "temporary") };
    },
    [
      flagOption("--stdin", "Read the password from stdin, one line (required)"),
      temporaryOption(),
      refusedOption("--password [text]", `${NOT_HERE}; pipe it in with --stdin`),
    ],
  );
  addRotatePassword(tree);
  addUserCommand(
    tree,
    "reset-password",
    "Make the password useless and send a code for a new one",
    async () => ({ kind: "reset-password" }),
  );
  addUserCommand(
    tree,
    "resend-invitation",
    "Send the invitation again, with a new temporary password",
    async () => ({ kind: "resend-invitation" }),
  );
  addUserCommand(
    tree,
    "confirm-sign-up",
    "Confirm a person who signed up and never entered the code",
    async () => ({ kind: "confirm-sign-up" }),
  );
  addUserCommand(tree, "reset-mfa", "Switch off every second factor of a person", async () => ({
    kind: "reset-mfa",
  }));
  addUserCommand(tree, "delete-user", "Delete an account for good", async () => ({ kind: "delete-user" }));
}

function addUserCommand(
  { program, context, configured }: Tree,
  name: string,
  description: string,
  requestOf: (command: Command) => Promise<UserRequest>,
  options: readonly Option[] = [],
): void {
  const command = program.command(name).description(description).addOption(userOption());
  for (const option of options) command.addOption(option);
  configured(command, "write", async (config) => {
    const request = await requestOf(command);
    const { userCommand } = await import("../commands/users.ts");
    return userCommand(neededTextOf(command, "user"), request, config, context);
  });
}

function addUpdateUser(tree: Tree): void {
  addUserCommand(
    tree,
    "update-user",
    "Set and remove attributes of a person",
    async (command) => {
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
    [
      pairsOption("--set <name=value>", "Attribute to set, by Cognito's name"),
      objectOption("--set-json <json>", "Attributes to set, as a JSON object of names and values"),
      repeatedOption("--remove <name>", "Attribute to remove"),
    ],
  );
}

function addCreateAccount({ program, context, configured }: Tree): void {
  const command = program
    .command("create-account")
    .description("Create an account; one that is there already is a success")
    .addOption(
      textOption("--login <name>", "Username; where people sign in by e-mail or phone, that address"),
    )
    .addOption(textOption("--email <address>", "E-mail address"))
    .addOption(
      pairsOption("--attribute <name=value>", "Attribute by Cognito's name, such as custom:team=red"),
    )
    .addOption(objectOption("--profile <json>", "Attributes as a JSON object of names and values"))
    .addOption(flagOption("--invite", "Let Cognito send the invitation, with a temporary password"))
    .addOption(
      wordOption(
        "--password <none|random|stdin>",
        "Password: none that anybody knows, a random one, or the line on stdin (default: none)",
      ),
    )
    .addOption(temporaryOption())
    .addOption(
      encryptToOption("File with a public JWK or an age recipient, which a random password goes to"),
    );
  configured(command, "write", async (config) => {
    const { createAccountCommand } = await import("../commands/accounts.ts");
    const password = textOf(command, "password");
    return createAccountCommand(
      {
        login: textOf(command, "login"),
        email: textOf(command, "email"),
        profile: entriesOf(command, "attribute", "profile"),
        invite: isSet(command, "invite"),
        password: password === "random" || password === "stdin" ? password : "none",
        temporary: isSet(command, "temporary"),
        encryptTo: textOf(command, "encryptTo"),
      },
      config,
      context,
    );
  });
}

function addRotatePassword({ program, context, configured }: Tree): void {
  const command = program
    .command("rotate-password")
    .description("Give a person a random password, which is printed encrypted alone")
    .addOption(userOption())
    .addOption(
      encryptToOption(
        "File with the public JWK or age recipient that it goes to (required)",
      ).makeOptionMandatory(),
    )
    .addOption(temporaryOption())
    .addOption(
      refusedOption("--password [text]", `${NOT_HERE}; it is made here, and "set-password" takes one`),
    );
  configured(command, "write", async (config) => {
    const { rotatePasswordCommand } = await import("../commands/accounts.ts");
    return rotatePasswordCommand(
      {
        user: neededTextOf(command, "user"),
        encryptTo: neededTextOf(command, "encryptTo"),
        temporary: isSet(command, "temporary"),
      },
      config,
      context,
    );
  });
}

function temporaryOption(): Option {
  return flagOption("--temporary", "Have the person change it at the next sign-in");
}

function encryptToOption(description: string): Option {
  return textOption("--encrypt-to <path>", description);
}
