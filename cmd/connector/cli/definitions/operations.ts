import { loadHealthCheck } from "../../../../pkg/config/load-config.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { processInfo } from "../../process/context.ts";
import { printWarnings } from "../../process/messages.ts";
import { addHiddenSettings, addSettings, flagsOf } from "../settings-options.ts";
import type { CommandTree } from "./command-tree.ts";
import { numberOf, textOf, textOption, wholeNumberOption, wordOption } from "./option-types.ts";

export function addValidate({ program, context, configured }: CommandTree): void {
  configured(
    program
      .command("validate")
      .summary("Check the pool, the credentials and the permissions")
      .description(
        "Check that the pool can be read: the Region, the credentials, the clock and each IAM permission. Nothing is changed.",
      ),
    "validate",
    async (config) => (await import("../commands/validate.ts")).validateCommand(config, context),
  );
}

export function addServe({ program, context, configured }: CommandTree): void {
  configured(
    program
      .command("serve")
      .summary("Run the gRPC service that platforms call, and SCIM")
      .description(
        "Run the gRPC service that answers the Baton protocol; with --scim, identity providers reach the pool by SCIM 2.0. SIGTERM stops it after the running calls, SIGHUP reloads certificates and tokens.",
      ),
    "serve",
    async (config, _args, reread) =>
      (await import("../commands/serve.ts")).serveCommand(config, context, reread),
  );
}

export function addRecover({ program, context, configured }: CommandTree): void {
  configured(
    program
      .command("recover")
      .summary("Finish or undo changes that were interrupted")
      .description(
        "Finish or undo the changes that a process left open when it was killed, and print the result of each.",
      ),
    "recover",
    async (config) => (await import("../commands/recover.ts")).recoverCommand(config, context),
  );
}

export function addAudit({ program, context, configured }: CommandTree): void {
  const audit = program
    .command("audit")
    .summary("Show or verify the audit log of changes")
    .description("Show or verify the audit log, which has one line for each change.")
    .enablePositionalOptions()
    .helpCommand(false);
  addHiddenSettings(audit);

  const show = audit
    .command("show")
    .summary("Print changes from the audit log")
    .description("Print the changes in the audit log, oldest first. The options select changes.")
    .addOption(
      textOption("--since <time>", "From this time: 2026-11-21, 2026-11-21T08:00:00Z, or 24h or 7d ago"),
    )
    .addOption(textOption("--until <time>", "Before this time, in the same formats"))
    .addOption(textOption("--kind <kind>", "Kind of change, such as grant or delete-user"))
    .addOption(textOption("--user <user>", "Changes of this user: a sub, username or e-mail address"))
    .addOption(textOption("--group <name>", "Changes of this group or its memberships"))
    .addOption(
      textOption("--outcome <outcome>", "done, nothing-to-do, refused, failed, undone, partial or unknown"),
    )
    .addOption(textOption("--change <id>", "The change with this ID"))
    .addOption(textOption("--by <text>", "Changes whose requester contains this text, such as cli:root"));
  configured(show, "audit", async (config) => {
    const { auditShowCommand } = await import("../commands/audit-show.ts");
    const { subsInPool } = await import("../commands/audit-user.ts");
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
      (name) => subsInPool(name, config, context),
    );
  });

  const verify = audit
    .command("verify")
    .summary("Check that the audit log was not altered")
    .description(
      "Check the hash chain of the audit log: find lines that were changed, removed, added or reordered.",
    )
    .addOption(
      textOption("--expect-last <hash>", "Last hash of an earlier check, which the log must still contain"),
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

const HEALTH_PATHS = ["health", "ready", "live"] as const;

export function addHealthCheck({ program, context }: CommandTree, done: (exitCode: number) => void): void {
  const check = program
    .command("health-check")
    .summary("Ask the running service whether it is ready")
    .description(
      "Ask the service on this machine whether it is ready, for container probes. The exit code is 0 if it is ready, else 1.",
    )
    .addOption(wordOption("--endpoint <health|ready|live>", "What to ask (default: ready)"))
    .addOption(wholeNumberOption("--timeout <seconds>", "How long to wait for the answer (default: 5)"));
  addSettings(check, "health-check");
  check.action(async () => {
    const { healthCheckCommand } = await import("../commands/health-check.ts");
    const { host, port, warnings } = loadHealthCheck(flagsOf(check, "health-check"), processInfo(context));
    printWarnings(warnings, context);
    const endpoint = HEALTH_PATHS.find((path) => path === textOf(check, "endpoint"));
    const seconds = numberOf(check, "timeout");
    if (seconds === 0) throw new GovernanceError("invalid-argument", "--timeout: must be 1 or more");
    const timeoutMs = seconds === undefined ? undefined : seconds * 1000;
    done(await healthCheckCommand({ bindAddress: host, port, endpoint, timeoutMs }, context));
  });
}
