import { GovernanceError } from "../core/errors.ts";
import type { AccessTokens } from "./access-token.ts";

/**
 * Makes the call with the platform's token, and once more with a new one when the platform refuses a token that it has
 * accepted before: that one has expired. One that it has never accepted is refused for another reason.
 */
export type AuthorizedCall = <T>(
  signal: AbortSignal,
  call: (authorization: string) => Promise<T>,
) => Promise<T>;

/** A call may be refused after others have got the next token, or the one after it. */
const REMEMBERED = 4;

export function authorizedBy(tokens: AccessTokens): AuthorizedCall {
  const accepted = new Set<string>();

  function remember(authorization: string): void {
    accepted.delete(authorization);
    accepted.add(authorization);
    const [oldest] = accepted;
    if (accepted.size > REMEMBERED && oldest !== undefined) accepted.delete(oldest);
  }

  return async (signal, call) => {
    for (let isAgain = false; ; isAgain = true) {
      signal.throwIfAborted();
      const authorization = await tokens.authorization(signal);
      try {
        const answer = await call(authorization);
        remember(authorization);
        return answer;
      } catch (error) {
        const failure = GovernanceError.from(error);
        if (failure.code !== "unauthenticated") throw failure;
        tokens.forget(authorization);
        if (isAgain || !accepted.has(authorization)) throw failure;
      }
    }
  };
}
