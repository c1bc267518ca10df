import { GovernanceError } from "../../core/errors.ts";
import type { ChangeOrigin, ReadChangeOrigins } from "./change-origins.ts";

/** The time in which the changes of a run were made. */
export interface ChangeInterval {
  readonly after: Date;
  readonly before: Date;
}

/** Where the origins of a run go before it is merged. */
export interface OriginsSink {
  /** Undefined: the run records no changes, since it is the first one. */
  beginOrigins(): Promise<ChangeInterval | undefined>;
  addOrigins(origins: readonly ChangeOrigin[]): Promise<void>;
}

const AT_ONCE = 200;

/**
 * Hands over what the connector itself changed since the run before. Returns whether all of it is known. An audit log that
 * cannot be read is no reason to keep the run from its readers: they see that it is not known.
 */
export async function passOrigins(
  sink: OriginsSink,
  read: ReadChangeOrigins | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const interval = await sink.beginOrigins();
  if (interval === undefined) return true;
  if (read === undefined) return false;
  // After a clock was set back the log may have lines of the interval that look older than it.
  const isInOrder = interval.after <= interval.before;
  const origins = read(interval, signal)[Symbol.asyncIterator]();
  for (;;) {
    const some: ChangeOrigin[] = [];
    const end = await takeSome(origins, some, signal);
    if (some.length > 0) await sink.addOrigins(some);
    if (end !== undefined) return end === "whole" && isInOrder;
  }
}

/** Undefined: there may be more. */
async function takeSome(
  origins: AsyncIterator<ChangeOrigin>,
  into: ChangeOrigin[],
  signal: AbortSignal,
): Promise<"whole" | "cut" | undefined> {
  try {
    while (into.length < AT_ONCE) {
      const step = await origins.next();
      if (step.done === true) return "whole";
      into.push(step.value);
    }
    return undefined;
  } catch {
    if (signal.aborted) throw GovernanceError.from(signal.reason);
    return "cut"; // the reader of the log has said why
  }
}
