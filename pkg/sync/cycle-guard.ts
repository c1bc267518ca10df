import { GovernanceError } from "../core/errors.ts";

/**
 * Notices that the tokens of a listing lead back to one of them, however long the loop, while keeping one token (Brent's
 * method). Baton's own client does not look: it follows a repeated token for ever.
 */
export function createCycleGuard(listing: string): { next(token: string): void } {
  let kept = "";
  let stepsSinceKept = 0;
  let window = 1;
  return {
    next(token) {
      if (token !== "" && token === kept) {
        throw new GovernanceError(
          "internal",
          `Cognito's page markers for ${listing} lead back to an earlier page (a circle), so the listing would never end; sync again`,
        );
      }
      stepsSinceKept += 1;
      if (stepsSinceKept === window) {
        kept = token;
        window *= 2;
        stepsSinceKept = 0;
      }
    },
  };
}
