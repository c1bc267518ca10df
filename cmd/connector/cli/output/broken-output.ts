import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { ReaderGone } from "../../process/context.ts";

/** Prints for as long as somebody reads. An exit code that says what was found or done does not depend on that. */
export async function printWhileRead(print: () => Promise<void>): Promise<void> {
  try {
    await print();
  } catch (error) {
    if (!(error instanceof ReaderGone)) throw error;
  }
}

/** The failure of a command whose result somebody has to see. */
export function brokenOutput(error: unknown): GovernanceError {
  return error instanceof ReaderGone
    ? new GovernanceError("canceled", "the output is closed")
    : GovernanceError.from(error);
}
