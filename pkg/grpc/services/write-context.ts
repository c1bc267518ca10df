import type { WriteContext } from "../../connector/provisioning/verbs.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { HandlerCall } from "../handlers.ts";

/** The header that makes a write a dry run, and the trailer by which its answer says that it was one. */
const DRY_RUN = "dry-run";

/** On whose behalf a write is made: the caller's, and for nothing but an answer when the header says so. */
export function writeContext(call: HandlerCall): WriteContext {
  const dryRun = dryRunOf(call.metadata(DRY_RUN));
  if (dryRun) call.answer(DRY_RUN, "true");
  return { requester: { via: "grpc", name: call.caller }, dryRun };
}

function dryRunOf(value: string | undefined): boolean {
  if (value === undefined || value === "false") return false;
  if (value === "true") return true;
  // Taken for false it would write what was meant as a question.
  throw new GovernanceError("invalid-argument", `metadata ${DRY_RUN}: must be true or false, once`);
}
