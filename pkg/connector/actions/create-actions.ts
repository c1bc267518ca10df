import { GovernanceError } from "../../core/errors.ts";
import { provisioningDisabled } from "../../core/provisioning-settings.ts";
import { quotedName } from "../../core/text.ts";
import type { Provisioner, WriteContext } from "../../provision/provisioner.ts";
import { dryRunAnnotations, dryRunNote, warningAnnotations, warningField } from "../outcome-notes.ts";
import type { ActionResult } from "./action.ts";
import type { Actions, Invocation } from "./actions.ts";
import { readArguments } from "./arguments.ts";
import { actionNamed, actionSchemas } from "./catalogue.ts";
import { createInvocations, type Finished } from "./invocations.ts";
import { createTurns, TURN_LIMITS } from "./turns.ts";

interface ActionsOptions {
  /** Undefined where provisioning is off: actions are listed, and refused when called. */
  readonly provisioner: Provisioner | undefined;
  /** Returns a new id that cannot be guessed. */
  readonly newId: () => string;
  /** Called when an action is refused because too many wait to run. */
  readonly onFull?: (() => void) | undefined;
}

/** The default of the Baton SDK. */
const DEFAULT_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60 * 60_000;

export function createActions({ provisioner, newId, onFull = () => {} }: ActionsOptions): Actions {
  const invocations = createInvocations(newId, createTurns(TURN_LIMITS, onFull));
  return {
    schemas: actionSchemas,
    schema: (name) => actionNamed(name).schema,
    async invoke({ name, resourceTypeId, args, inlineWaitMs = 0 }, context, signal) {
      const action = actionNamed(name, resourceTypeId);
      if (provisioner === undefined) {
        throw provisioningDisabled();
      }
      const read = readArguments(action, args);
      const run = action.prepare(read.id, read.args);
      return await invocations.start(
        {
          name,
          caller: context.requester.name,
          run: async (limit) => finished(await run(provisioner, context, limit), context),
          waitMs: inlineWaitMs > 0 ? Math.min(inlineWaitMs, LONGEST_WAIT_MS) : DEFAULT_WAIT_MS,
        },
        signal,
      );
    },
    status(id): Invocation {
      const invocation = invocations.get(id);
      if (invocation !== undefined) return invocation;
      throw new GovernanceError(
        "not-found",
        `id: there is no run ${quotedName(id)}; the runs of an earlier process are not kept`,
      );
    },
    idle: () => invocations.idle(),
  };
}

function finished({ outcome, fields }: ActionResult, context: WriteContext): Finished {
  const change = outcome.change === "" ? {} : { change: outcome.change };
  return {
    response: {
      success: true,
      outcome: outcome.outcome,
      ...change,
      ...warningField(outcome),
      ...fields,
      ...dryRunNote(context, outcome),
    },
    annotations: [...dryRunAnnotations(context, outcome), ...warningAnnotations(outcome)],
  };
}
