import type { WriteContext } from "../../connector/provisioning/verbs.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { HandlerCall } from "../handlers.ts";

/** As a header it makes a write a dry run; as a trailer it confirms that the write was one. */
const DRY_RUN = "dry-run";

/** Signs out the users who lose a group; without it the setting decides. */
const END_SESSIONS = "end-sessions";

/** The requester of a write, whether it is a dry run, and whether sessions end with it. */
export function writeContext(call: HandlerCall): WriteContext {
  // Read as false, it would make a change that was meant as a dry run.
  const dryRun = flagOf(call, DRY_RUN) ?? false;
  if (dryRun) call.setTrailer(DRY_RUN, "true");
  return { requester: { via: "grpc", name: call.caller }, dryRun, endSessions: flagOf(call, END_SESSIONS) };
}

function flagOf(call: HandlerCall, name: string): boolean | undefined {
  const value = call.header(name);
  if (value === undefined) return undefined;
  if (value === "true" || value === "false") return value === "true";
  throw new GovernanceError("invalid-argument", `metadata ${name}: must be true or false, once`);
}
