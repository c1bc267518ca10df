import { GovernanceError } from "../../core/errors.ts";

/** An argument that cannot be. The reason never tells a value: it may be a password. */
export function refusal(argument: string, why: string): GovernanceError {
  return new GovernanceError("invalid-argument", `args.${argument}: ${why}`);
}
