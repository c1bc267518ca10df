import { Argument, Option } from "commander";
import { isShell, SHELLS } from "../completion/shells.ts";
import { addHiddenSettings, addSettings, flagsOf } from "../settings-options.ts";
import type { CommandTree } from "./command-tree.ts";
import { requiredOption, requiredTextOf, textOf, textOption } from "./option-types.ts";

type Done = (exitCode: number) => void;

export function addActions({ program, context, configured }: CommandTree, done: Done): void {
  const actions = program
    .command("actions")
    .summary("List and run the actions that platforms call")
    .description("List and run the actions that an access platform can call by name.")
    .enablePositionalOptions()
    .helpCommand(false);
  addHiddenSettings(actions);

  const list = actions
    .command("list")
    .summary("Print the actions")
    .description("Print the actions and their arguments. The JSON output contains the full schemas.");
  addSettings(list, "actions");
  list.action(async () => {
    const { actionsListCommand } = await import("../commands/actions.ts");
    done(await actionsListCommand(flagsOf(list, "actions"), context));
  });

  const invoke = actions
    .command("invoke")
    .summary("Run one action")
    .description("Run one action and wait until it ends.")
    .addArgument(new Argument("<name>", 'Name of the action, see "connector actions list"'))
    .addOption(
      requiredOption(
        "--args <json>",
        "Arguments as a JSON object; - reads them from stdin, which a password requires",
      ),
    );
  configured(invoke, "write", async (config, [name = ""]) => {
    const { actionsInvokeCommand } = await import("../commands/actions.ts");
    return actionsInvokeCommand(name, requiredTextOf(invoke, "args"), config, context);
  });
}

export function addCapabilities({ program, context }: CommandTree, done: Done): void {
  program
    .command("capabilities")
    .summary("Print the capabilities as JSON")
    .description("Print the capabilities of this connector as JSON, in the format of Baton connectors.")
    .action(async () => {
      const { capabilitiesCommand } = await import("../commands/capabilities.ts");
      done(await capabilitiesCommand(context));
    });
}

export function addConfig({ program, context }: CommandTree, done: Done): void {
  const config = program
    .command("config")
    .summary("Print the schema of the settings as JSON")
    .description("Print the schema of the settings as JSON, in the format of Baton connectors.")
    .enablePositionalOptions()
    .helpCommand(false)
    .action(async () => {
      const { configSchemaCommand } = await import("../commands/config.ts");
      done(await configSchemaCommand(context));
    });
  const show = config
    .command("show")
    .summary("Print the value and the source of each setting")
    .description(
      "Print each setting with its value and its source: a flag, the environment, the file or the default. Secrets are not shown.",
    );
  addSettings(show, "config");
  show.action(async () => {
    const { configShowCommand } = await import("../commands/config.ts");
    done(await configShowCommand(flagsOf(show, "config"), context));
  });
}

export function addIamPolicy({ program, context, configured }: CommandTree): void {
  const policy = program
    .command("iam-policy")
    .summary("Print the IAM policy that the connector needs")
    .description(
      "Print the smallest IAM policy that the connector needs, as JSON: to read the pool, and what --with adds.",
    )
    .addOption(
      textOption(
        "--with <features>",
        "Include what these need, separated by commas: provision, sessions, groups, passwords, attributes, enrich; or provisioning for all that change the pool",
      ),
    )
    .addOption(new Option("--account-id <digits>", "AWS account of the pool (default: *, any account)"));
  configured(policy, "iam-policy", async (config) => {
    const { iamPolicyCommand } = await import("../commands/iam-policy.ts");
    const flags = {
      accountId: textOf(policy, "accountId") ?? "*",
      features: textOf(policy, "with") ?? "",
    };
    return iamPolicyCommand(config, flags, context);
  });
}

export function addVersion({ program, context }: CommandTree, done: Done): void {
  const version = program
    .command("version")
    .summary("Print the versions of connector, Node and Baton")
    .description("Print the version of the connector, of Node, of the protocol and of the Baton SDK.")
    .addOption(new Option("--output <text|json>", "Output format (default: text)").choices(["text", "json"]));
  version.action(async () => {
    const { versionCommand } = await import("../commands/version.ts");
    done(await versionCommand(textOf(version, "output") === "json" ? "json" : "text", context));
  });
}

export function addCompletion({ program, context }: CommandTree, done: Done): void {
  program
    .command("completion")
    .summary("Print the completion script for a shell")
    .description("Print the completion script for a shell. Its first line says how to install it.")
    .addArgument(new Argument("<shell>", SHELLS.join(", ")).choices(SHELLS))
    .action(async (shell: string) => {
      const { completionCommand } = await import("../commands/completion.ts");
      if (isShell(shell)) done(await completionCommand(shell, program, context));
    });
}
