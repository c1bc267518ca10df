import type { WriteContext } from "../../connector/provisioning/verbs.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { HandlerCall } from "../handlers.ts";

/** As a header it makes a write a dry run; as a trailer it confirms that the write was one. */
const DRY_RUN = "dry-run";

/** The requester of a write, and whether it is a dry run. */
export function writeContext(call: HandlerCall): WriteContext {
  const dryRun = dryRunOf(call.header(DRY_RUN));
  if (dryRun) call.setTrailer(DRY_RUN, "true");
  return { requester: { via: "grpc", name: call.caller }, dryRun };
}

function dryRunOf(value: string | undefined): boolean {
  if (value === undefined || value === "false") return false;
  if (value === "true") return true;
  // Read as false, it would make a change that was meant as a dry run.
  throw new GovernanceError("invalid-argument", `metadata ${DRY_RUN}: must be true or false, once`);
}
