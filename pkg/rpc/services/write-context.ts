import type { WriteContext } from "../../connector/provisioning/verbs.ts";
import { type ClientMetadata, parseClientMetadata } from "../../core/client-metadata.ts";
import { GovernanceError } from "../../core/errors.ts";
import { justificationProblem } from "../../core/justification.ts";
import type { HandlerCall } from "../handlers.ts";

/** As a header it makes a write a dry run; as a trailer it confirms that the write was one. */
export const DRY_RUN = "dry-run";

/** Signs out the users who lose a group; without it the setting decides. */
const END_SESSIONS = "end-sessions";

/** Why the change is asked for, in the caller's words; the audit log keeps it. */
export const REASON = "x-reason";

/** For the Lambda triggers of the pool: `key=value` pairs or a JSON object. Its values are never logged. */
const CLIENT_METADATA = "x-client-metadata";

/** The requester of a write, its reason, whether it is a dry run, and whether sessions end with it. */
export function writeContext(call: HandlerCall): WriteContext {
  // Read as false, it would make a change that was meant as a dry run.
  const dryRun = flagOf(call, DRY_RUN) ?? false;
  if (dryRun) call.setTrailer(DRY_RUN, "true");
  return {
    requester: { via: call.via, name: call.caller },
    dryRun,
    endSessions: flagOf(call, END_SESSIONS),
    justification: justificationOf(call.header(REASON)),
    clientMetadata: clientMetadataOf(call.header(CLIENT_METADATA)),
  };
}

function justificationOf(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const problem = justificationProblem(value);
  if (problem === undefined) return value.trim();
  throw new GovernanceError("invalid-argument", `metadata ${REASON}: ${problem}`);
}

function clientMetadataOf(value: string | undefined): ClientMetadata | undefined {
  if (value === undefined) return undefined;
  const parsed = parseClientMetadata(value);
  if ("value" in parsed) return parsed.value;
  throw new GovernanceError("invalid-argument", `metadata ${CLIENT_METADATA}: ${parsed.problem}`);
}

function flagOf(call: HandlerCall, name: string): boolean | undefined {
  const value = call.header(name);
  if (value === undefined) return undefined;
  if (value === "true" || value === "false") return value === "true";
  throw new GovernanceError("invalid-argument", `metadata ${name}: must be true or false, once`);
}
