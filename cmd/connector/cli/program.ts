import { Argument, Command, Option, type OutputConfiguration } from "commander";
import type { Config } from "../../../pkg/config/config.ts";
import { loadConfig } from "../../../pkg/config/load-config.ts";
import type { CommandName } from "../../../pkg/config/table/setting.ts";
import { type Context, processInfo } from "../process/context.ts";
import { printWarnings } from "../process/messages.ts";
import { packageVersion } from "../process/version.ts";
import { isShell, SHELLS } from "./completion/shells.ts";
import { addExamples } from "./definitions/examples.ts";
import { addGroups } from "./definitions/groups.ts";
import { addActions, addAudit, addHealthCheck, addRecover } from "./definitions/operations.ts";
import { addPeople } from "./definitions/users.ts";
import { settingsHelp } from "./settings-help.ts";
import { addHiddenSettings, addSettings, flagsOf } from "./settings-options.ts";

const EXIT_HELP = `
"connector <command> --help" shows the options of a command, and an example.
Changes need --provisioning, and --dry-run says what would be changed. What is
asked for twice is done once, and a success both times.

Results go to stdout, logs and progress to stderr. Exit codes: 0 done; 2 bad
usage or setting; 20 partial result; 21 a guard refused; otherwise the gRPC
code of the failure (1 canceled, 7 permission denied, 14 unavailable, ...).`;

export interface ProgramOptions {
  readonly context: Context;
  /** Where help goes. */
  readonly help: OutputConfiguration;
  /** Told the exit code of the command that ran. */
  readonly done: (exitCode: number) => void;
}

/** The tree of commands, which throws CommanderError instead of leaving the process. */
export function createProgram({ context, help, done }: ProgramOptions): Command {
  const program = new Command("connector");
  program
    .configureOutput(help)
    .exitOverride()
    .description("Access governance for one Amazon Cognito user pool, in the Baton protocol")
    .version(packageVersion(), "-v, --version", "Print the version")
    .usage("<command> [options]")
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .helpOption("-h, --help", "Show help")
    .configureHelp({ showGlobalOptions: false, minWidthToWrap: 20 })
    .addHelpText("after", EXIT_HELP);
  addHiddenSettings(program);

  /** An action over a Config: a bad setting ends it before anything is done. */
  function configured(
    command: Command,
    reads: CommandName,
    run: (config: Config, args: readonly string[], reread: () => Config) => Promise<number>,
  ): void {
    addSettings(command, reads);
    command.addHelpText("after", settingsHelp(reads)).action(async () => {
      const load = () => loadConfig(reads, flagsOf(command, reads), processInfo(context));
      const { config, warnings } = load();
      printWarnings(warnings, context);
      done(await run(config, command.args, () => load().config));
    });
  }

  program.commandsGroup("Read:");
  // Each command is loaded when it runs: the AWS SDK alone takes longer than most of them.
  configured(
    program
      .command("sync")
      .description("Read the whole pool into a .c1z file; a cut run goes on where it stood"),
    "sync",
    async (config) => (await import("./commands/sync.ts")).syncCommand(config, context),
  );

  const list = program.command("list").description("Print users, groups or members, live from the pool");
  list.enablePositionalOptions().helpCommand(false);
  addHiddenSettings(list);
  configured(list.command("users").description("Print every user"), "list", async (config) =>
    (await import("./commands/list.ts")).listCommand({ kind: "users" }, config, context),
  );
  configured(list.command("groups").description("Print every group"), "list", async (config) =>
    (await import("./commands/list.ts")).listCommand({ kind: "groups" }, config, context),
  );
  configured(
    list
      .command("members")
      .description("Print the members of one group")
      .addArgument(new Argument("<group>", "Name of the group")),
    "list",
    async (config, [group = ""]) =>
      (await import("./commands/list.ts")).listCommand({ kind: "members", group }, config, context),
  );

  const tree = { program, context, configured };
  program.commandsGroup("Change people:");
  addPeople(tree);
  program.commandsGroup("Change groups and memberships:");
  addGroups(tree);

  program.commandsGroup("Operate:").helpCommand("help [command]", "Show help for a command");
  configured(
    program
      .command("validate")
      .description("Check pool, Region, credentials and each IAM action; change nothing"),
    "validate",
    async (config) => (await import("./commands/validate.ts")).validateCommand(config, context),
  );
  configured(
    program.command("serve").description("Answer the Baton protocol over gRPC"),
    "serve",
    async (config, _args, reread) =>
      (await import("./commands/serve.ts")).serveCommand(config, context, reread),
  );
  addHealthCheck(tree, done);
  addRecover(tree);
  addAudit(tree);
  addActions(tree, done);
  program
    .command("capabilities")
    .description("Print the capabilities as Baton's connectors do (JSON)")
    .action(async () => {
      const { capabilitiesCommand } = await import("./commands/capabilities.ts");
      done(await capabilitiesCommand(context));
    });

  const config = program.command("config").description("Print the settings as Baton's connectors do (JSON)");
  config
    .enablePositionalOptions()
    .helpCommand(false)
    .action(async () => {
      const { configSchemaCommand } = await import("./commands/config.ts");
      done(await configSchemaCommand(context));
    });
  const show = config
    .command("show")
    .description("Print each setting as it would count, and where it is from");
  addSettings(show, "config");
  show.action(async () => {
    const { configShowCommand } = await import("./commands/config.ts");
    done(await configShowCommand(flagsOf(show, "config"), context));
  });

  const policy = program
    .command("iam-policy")
    .description("Print the least IAM policy that the connector needs (JSON)");
  policy
    .addOption(
      new Option("--with <provisioning>", "Add what changing the pool needs").choices(["provisioning"]),
    )
    .addOption(new Option("--account-id <digits>", "AWS account of the pool (default: any, *)"));
  configured(policy, "iam-policy", async (loaded) => {
    const { iamPolicyCommand } = await import("./commands/iam-policy.ts");
    const accountId: unknown = policy.getOptionValue("accountId");
    return iamPolicyCommand(
      loaded,
      {
        accountId: typeof accountId === "string" ? accountId : "*",
        provisioning: policy.getOptionValue("with") === "provisioning",
      },
      context,
    );
  });

  const version = program.command("version").description("Print the version, and what it speaks");
  version.addOption(
    new Option("--output <text|json>", "Form of the answer (default: text)").choices(["text", "json"]),
  );
  version.action(async () => {
    const { versionCommand } = await import("./commands/version.ts");
    done(await versionCommand(version.getOptionValue("output") === "json" ? "json" : "text", context));
  });

  program
    .command("completion")
    .description("Print the completion script of a shell")
    .addArgument(new Argument("<shell>", "The shell").choices(SHELLS))
    .action(async (shell: string) => {
      const { completionCommand } = await import("./commands/completion.ts");
      if (isShell(shell)) done(await completionCommand(shell, program, context));
    });

  addExamples(program);
  return program;
}
