import { Argument } from "commander";
import { loadHealthCheck } from "../../../../pkg/config/load-config.ts";
import { processInfo } from "../../process/context.ts";
import { printWarnings } from "../../process/messages.ts";
import { addHiddenSettings, addSettings, flagsOf } from "../settings-options.ts";
import type { Tree } from "./configured.ts";
import { neededOption, neededTextOf, textOf, textOption } from "./option-types.ts";

/** Puts settled what was cut off, and shows what was done. */
export function addRecover({ program, context, configured }: Tree): void {
  configured(
    program
      .command("recover")
      .description("Settle the changes that killed processes left open, and say what stands"),
    "recover",
    async (config) => (await import("../commands/recover.ts")).recoverCommand(config, context),
  );
}

export function addAudit({ program, context, configured }: Tree): void {
  const audit = program.command("audit").description("Show and check the log of all changes");
  audit.enablePositionalOptions().helpCommand(false);
  addHiddenSettings(audit);

  const show = audit
    .command("show")
    .description("Print the changes that were asked for, oldest first")
    .addOption(
      textOption("--since <time>", "From then on: 2026-11-21, 2026-11-21T08:00:00Z, or 90m, 24h, 7d ago"),
    )
    .addOption(textOption("--until <time>", "Before then, written as for --since"))
    .addOption(textOption("--kind <kind>", "One kind of change, such as grant or delete-user"))
    .addOption(textOption("--user <sub>", "Changes of this account, by its sub"))
    .addOption(textOption("--group <name>", "Changes of this group, or of memberships in it"))
    .addOption(
      textOption("--outcome <outcome>", "done, nothing-to-do, refused, failed, undone, partial or unknown"),
    )
    .addOption(textOption("--change <id>", "The one change of this id"))
    .addOption(textOption("--by <text>", "Changes asked for by whom this text is part of"));
  configured(show, "audit", async (config) => {
    const { auditShowCommand } = await import("../commands/audit.ts");
    const { auditLogPath } = await import("../../../../pkg/ops/audit/audit-log.ts");
    const filters = {
      since: textOf(show, "since"),
      until: textOf(show, "until"),
      kind: textOf(show, "kind"),
      user: textOf(show, "user"),
      group: textOf(show, "group"),
      outcome: textOf(show, "outcome"),
      change: textOf(show, "change"),
      by: textOf(show, "by"),
    };
    return auditShowCommand(
      { path: auditLogPath(config.stateDir, config.poolId), output: config.output },
      filters,
      context,
    );
  });

  const verify = audit
    .command("verify")
    .description("Find lines that were changed, taken out, added or put in another order")
    .addOption(
      textOption("--expect-last <hash>", "Last hash that an earlier check printed; it must be in the log"),
    );
  configured(verify, "audit", async (config) => {
    const { auditVerifyCommand } = await import("../commands/audit.ts");
    const { auditLogPath } = await import("../../../../pkg/ops/audit/audit-log.ts");
    const expectLast = textOf(verify, "expectLast");
    return auditVerifyCommand(
      { path: auditLogPath(config.stateDir, config.poolId), output: config.output },
      { expectLast },
      context,
    );
  });
}

/** For container probes: asks the service on this machine, and ends with 0 or 1. */
export function addHealthCheck({ program, context }: Tree, done: (exitCode: number) => void): void {
  const check = program
    .command("health-check")
    .description("Ask the running service whether it is ready; ends with 0 or 1");
  addSettings(check, "health-check");
  check.action(async () => {
    const { healthCheckCommand } = await import("../commands/health-check.ts");
    const { host, port, warnings } = loadHealthCheck(flagsOf(check, "health-check"), processInfo(context));
    printWarnings(warnings, context);
    done(await healthCheckCommand({ bindAddress: host, port }, context));
  });
}

export function addActions({ program, context, configured }: Tree, done: (exitCode: number) => void): void {
  const actions = program
    .command("actions")
    .description("List and do the actions that platforms call by name");
  actions.enablePositionalOptions().helpCommand(false);
  addHiddenSettings(actions);

  const list = actions.command("list").description("Print the actions; JSON has their whole schemas");
  addSettings(list, "actions");
  list.action(async () => {
    const { actionsListCommand } = await import("../commands/actions.ts");
    done(await actionsListCommand(flagsOf(list, "actions"), context));
  });

  const invoke = actions
    .command("invoke")
    .description("Do one action, and wait until it is finished")
    .addArgument(new Argument("<name>", 'Name of the action; "connector actions list" has them'))
    .addOption(
      neededOption(
        "--args <json>",
        "Arguments as a JSON object; - reads them from stdin, as a password must be",
      ),
    );
  configured(invoke, "write", async (config, [name = ""]) => {
    const { actionsInvokeCommand } = await import("../commands/actions.ts");
    return actionsInvokeCommand(name, neededTextOf(invoke, "args"), config, context);
  });
}
