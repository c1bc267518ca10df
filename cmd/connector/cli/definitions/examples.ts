import type { Command } from "commander";

/** A line for each command that changes something, as it may be typed; the pool stands in the environment. */
const EXAMPLES: Readonly<Record<string, string>> = {
  "create-account":
    "create-account --login ada --email ada@example.com --attribute given_name=Ada --invite --provisioning",
  "update-user": "update-user --user ada --set nickname=Countess --remove locale --provisioning",
  "enable-user": "enable-user --user ada@example.com --provisioning",
  "disable-user": "disable-user --user ada@example.com --provisioning",
  "sign-out-user": "sign-out-user --user ada --provisioning",
  "set-password": "set-password --user ada --stdin --temporary --provisioning < password.txt",
  "rotate-password": "rotate-password --user ada --encrypt-to age-recipient.txt --provisioning",
  "reset-password": "reset-password --user ada --provisioning",
  "resend-invitation": "resend-invitation --user ada --provisioning",
  "confirm-sign-up": "confirm-sign-up --user ada --provisioning",
  "reset-mfa": "reset-mfa --user ada --provisioning",
  "delete-user": "delete-user --user ada --dry-run",
  grant: "grant --group readers --group writers --user ada --provisioning",
  revoke: "revoke --group writers --user ada --provisioning",
  "create-group": 'create-group --name readers --description "May read" --provisioning',
  "update-group": "update-group --group readers --precedence 0 --provisioning",
  "delete-group": "delete-group --group readers --dry-run",
  recover: "recover --provisioning",
};

/** Puts the example of each command last, where a terminal shows it. */
export function addExamples(program: Command): void {
  for (const command of program.commands) {
    const example = EXAMPLES[command.name()];
    if (example === undefined) continue;
    command.addHelpText("after", `\nExample, with the pool in BATON_USER_POOL_ID:\n  connector ${example}`);
  }
}
