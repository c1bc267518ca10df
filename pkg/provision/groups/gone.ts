import type { Receipt } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";

/** Takes a missing group or user for done: nobody is left in a group that is gone, and nobody who is gone is left in one. */
export async function goneIsDone(call: Promise<Receipt>): Promise<Receipt> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof GovernanceError && (error.reason === "group-gone" || error.reason === "user-gone")) {
      return { requestId: error.requestId };
    }
    throw error;
  }
}
