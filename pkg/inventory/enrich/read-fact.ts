import { CLOCKS_DIFFER_MS, type EpochClock, type EpochMs } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { UserFactsSource } from "../../core/user-facts.ts";
import type { FactReading } from "./facts.ts";
import type { DueReading } from "./plan.ts";

/** How many pages of a history are read for one account. Failed attempts of others may fill pages. */
const MAX_PAGES = 5;

/** `gone`: there is no such account any more. `unclear`: the pages that were read have no sign-in, and there are more. */
export type ReadOutcome = FactReading | "gone" | "unclear" | "out-of-calls";

export interface ReadContext {
  readonly source: UserFactsSource;
  readonly now: EpochClock;
  /** The account had its name at this time or later: only what happened since can be of another one with that name. */
  readonly listedAtMs: EpochMs;
  /** Whether one more call may be made. */
  readonly mayCall: () => Promise<boolean>;
}

/** Reads one fact. Rejects with the failure of the call. */
export async function readFact(
  { fact, sub, username }: Pick<DueReading, "fact" | "sub" | "username">,
  context: ReadContext,
  signal: AbortSignal,
): Promise<ReadOutcome> {
  try {
    return fact === "mfa"
      ? await readFactors(sub, username, context, signal)
      : await readLastSignIn(sub, username, context, signal);
  } catch (error) {
    if (error instanceof GovernanceError && error.reason === "user-gone") return "gone";
    throw error;
  }
}

async function readFactors(
  sub: string,
  username: string,
  { source, now, mayCall }: ReadContext,
  signal: AbortSignal,
): Promise<ReadOutcome> {
  if (!(await mayCall())) return "out-of-calls";
  const readAt = new Date(now());
  const user = await source.readDetails(username, signal);
  // The name is that of another account by now, or an alias of one.
  if (user.sub !== sub) return "gone";
  return { fact: "mfa", factors: user.factors, preferred: user.preferredFactor, readAt };
}

async function readLastSignIn(
  sub: string,
  username: string,
  { source, now, listedAtMs, mayCall }: ReadContext,
  signal: AbortSignal,
): Promise<ReadOutcome> {
  const readAt = new Date(now());
  let marker: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    if (!(await mayCall())) return "out-of-calls";
    const { items, next } = await source.listAuthEvents(username, { marker }, signal);
    const found = items.find(({ kind, passed }) => kind === "SignIn" && passed);
    // Without a sign-in there is nothing of somebody else, and the next run removes what is known of a deleted account.
    if (found !== undefined && found.at.getTime() > listedAtMs - CLOCKS_DIFFER_MS) {
      if (!(await mayCall())) return "out-of-calls";
      if ((await source.usernameOf(sub, signal)) !== username) return "gone";
    }
    if (found !== undefined) return { fact: "last-sign-in", at: found.at, event: found.kind, readAt };
    if (next === undefined) return { fact: "last-sign-in", at: undefined, event: undefined, readAt };
    marker = next;
  }
  return "unclear";
}
