import type { Config } from "../../../../pkg/config/config.ts";
import type { OneOperation } from "../../../../pkg/config/operation.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { createRpcRouter } from "../../../../pkg/rpc/router.ts";
import { allServices, SDK_VERSION } from "../../../../pkg/rpc/services/services.ts";
import { UncodedError } from "../../../../pkg/rpc/status.ts";
import type { Runtime } from "../../app/compose.ts";
import { inventoryPlace } from "../../app/inventory/inventory-target.ts";
import { provisioningVerbs } from "../../app/service/provisioning-verbs.ts";
import type { Context } from "../../process/context.ts";
import { exitCodeOf, OK, PARTIAL, UNKNOWN } from "../../process/exit-codes.ts";
import { failureLine } from "../../process/messages.ts";
import type { Diagnostics } from "../diagnostics.ts";
import { unprinted, withFlagNames } from "../make-changes.ts";
import { type Change, eventPages, makeChange, type OperationTools } from "../operations/do-operation.ts";
import { eventJson } from "../operations/event-json.ts";
import { type OperationRow, printOperation } from "../operations/operation-row.ts";
import { createObjectWriter } from "../output/object-writer.ts";
import { withRuntime } from "../with-runtime.ts";
import { printSchemas } from "./actions.ts";

/** Does one operation and prints what it did. The exit code is the number of the gRPC code of a failure. */
export async function operationCommand(
  operation: OneOperation,
  config: Config,
  context: Context,
): Promise<number> {
  if (operation.kind === "list-action-schemas") {
    await printSchemas(config.output, operation.resourceType, context);
    return OK;
  }
  if (operation.kind === "list-events") return await listEvents(operation, config, context);
  return await withRuntime(config, context, (runtime, diagnostics) =>
    codeOf(context, () =>
      change(operation, toolsOf(runtime, config, context), { config, context, diagnostics }),
    ),
  );
}

async function listEvents(
  operation: Extract<OneOperation, { readonly kind: "list-events" }>,
  config: Config,
  context: Context,
): Promise<number> {
  const work = async (runtime: Runtime): Promise<number> => {
    const rows = createObjectWriter(config.output === "json" ? "json" : "jsonl", context.stdout);
    try {
      for await (const events of eventPages(operation, toolsOf(runtime, config, context))) {
        await rows.write(events.map(eventJson));
      }
    } catch (error) {
      if (!(error instanceof GovernanceError)) throw error;
      throw withFlagNames(error, { cursor: "event-feed-cursor" });
    }
    await rows.end();
    return OK;
  };
  return await withRuntime(config, context, work, {
    inventory: () => inventoryPlace(config.sync, context),
  });
}

/** A failure without a code, as in Baton, is a line and an exit code of its own. */
async function codeOf({ stderr }: Context, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UncodedError)) throw error;
    await stderr.write(failureLine(new GovernanceError("internal", error.message)));
    return UNKNOWN;
  }
}

interface Surroundings {
  readonly config: Config;
  readonly context: Context;
  readonly diagnostics: Diagnostics;
}

async function change(
  operation: Change,
  tools: OperationTools,
  { config, context, diagnostics }: Surroundings,
): Promise<number> {
  const row = await withSettingNames(operation, tools);
  try {
    await printOperation(row, config.output, context.stdout);
  } catch (error) {
    if (config.dryRun) throw error;
    const failure = unprinted(row.outcome, error);
    await diagnostics.fail(failure);
    return row.outcome === "done" ? PARTIAL : exitCodeOf(failure);
  }
  if (row.warnings.length === 0) return OK;
  const partly = new GovernanceError("failed-precondition", row.warnings.join("; "));
  await diagnostics.fail(partly);
  return row.outcome === "done" ? PARTIAL : exitCodeOf(partly);
}

/** The setting for each field name that an error may contain. */
const SETTING_OF: Readonly<Record<Change["kind"], Readonly<Record<string, string>>>> = {
  grant: { "principal.id.resource_type": "grant-principal-type", "principal.id.resource": "grant-principal" },
  revoke: {},
  "create-account": {
    resource_type_id: "create-account-resource-type",
    login: "create-account-login",
    "emails[0]": "create-account-email",
    email: "create-account-email",
    "profile.": "create-account-profile ",
  },
  "delete-resource": {
    "resource_id.resource_type": "delete-resource-type",
    "resource_id.resource": "delete-resource",
  },
  "rotate-credentials": {
    "resource_id.resource_type": "rotate-credentials-type",
    "resource_id.resource": "rotate-credentials",
  },
  "invoke-action": { "args.": "invoke-action-args: ", args: "invoke-action-args", name: "invoke-action" },
};

async function withSettingNames(operation: Change, tools: OperationTools): Promise<OperationRow> {
  try {
    return await makeChange(operation, tools);
  } catch (error) {
    if (error instanceof UncodedError) throw error;
    throw withFlagNames(GovernanceError.from(error), SETTING_OF[operation.kind]);
  }
}

function toolsOf(runtime: Runtime, config: Config, { signal, cwd, user, now }: Context): OperationTools {
  const verbs = config.provisioning.enabled ? provisioningVerbs(config, runtime, undefined) : undefined;
  const router = createRpcRouter(allServices(runtime.connector, SDK_VERSION, verbs));
  const { dryRun, justification } = config;
  return { router, signal, cwd, user, now, dryRun, justification };
}
