// How many calls are under way, of whom, and how many bytes of requests they hold (LIMIT-1 to LIMIT-4 in DESIGN.md).
import type { EpochClock } from "../../core/clock.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { ServiceBound } from "../../core/events.ts";
import { createShares, type Shares } from "./shares.ts";

export interface CallLimits {
  /** A call arrived of which only the headers are known. Throws if there is no room for it. */
  arrive(call: ArrivingCall): CallSlot;
}

export interface ArrivingCall {
  /** Of the peer, without the port. */
  readonly address: string;
  /** The connection's ends as one text. */
  readonly connection: string;
  /** For a method without authentication: whether it is answered at once, as a health check, or lasts, as a watch. */
  readonly open: "brief" | "lasting" | undefined;
  /** Called when a brief call of the same address needs the room, and this one has not sent its request yet. */
  readonly onDisplaced: (met: BoundMet) => void;
  /** The caller that an earlier call of the connection proved to be. */
  readonly owner: string | undefined;
}

/** The place of one call until its stream is closed. */
export interface CallSlot {
  /** Who calls is known. Throws if the caller has too many calls under way. */
  admit(caller: string): void;
  /** So many more bytes of the request have arrived. Throws if they are too many. */
  receive(bytes: number): void;
  /** The whole request has arrived. */
  complete(): void;
  /** May be called twice. */
  release(): void;
}

/** The refusal of a call, with the bound that it met. */
export class BoundMet extends GovernanceError {
  readonly bound: ServiceBound;

  constructor(bound: ServiceBound, failure: GovernanceError) {
    super(failure.code, failure.message, failure);
    this.bound = bound;
  }
}

const MIB = 1024 * 1024;

/** Calls without authentication on one connection. A probe needs one, and so does a client that watches. */
const OPEN_OF_CONNECTION = 16;
/** Health checks. Hundreds of callers behind one address may begin with one at the same moment. */
const BRIEF_CALLS = { each: 512, all: 2048, little: 4 };
const WATCHES = { each: 64, all: 512, little: 4 };
/** Their requests have a name of a service. */
const OPEN_REQUEST_BYTES = 4096;
/** Calls whose credentials are checked: at once, unless keys of JWTs are fetched. */
const ARRIVING_CALLS = { each: 500, all: 2000, little: 16 };
/** Callers with so few calls find room when others fill it. */
const LITTLE_CALLS = 16;
const REQUEST_BYTES = { each: 32 * MIB, all: 64 * MIB, little: 256 * 1024 };
const RETRY_MS = 1000;

/** `calls`: the most calls under way; one caller has half of them at most. */
export function createCallLimits(calls: number, now: EpochClock): CallLimits {
  const open = { brief: createShares(BRIEF_CALLS), lasting: createShares(WATCHES) };
  const openOfConnection = createShares({ each: OPEN_OF_CONNECTION, all: Infinity, little: 0 });
  /** Brief calls without their request, by address, the oldest first. */
  const incomplete = new Map<string, Set<ArrivingCall>>();
  const arriving = createShares(ARRIVING_CALLS);
  const admitted = createShares({ each: Math.ceil(calls / 2), all: calls, little: LITTLE_CALLS });
  const bytes = createShares(REQUEST_BYTES);

  /** Temporary, by the detail that Baton's client waits for. */
  const busy = (message: string): GovernanceError =>
    new GovernanceError("throttled", message, { retryAt: new Date(now() + RETRY_MS) });

  function takeAdmitted(held: Hold, caller: string): void {
    const met = held.take(admitted, caller, 1);
    if (met === "each") {
      throw new BoundMet("caller-calls", busy("this caller has too many calls under way; wait for answers"));
    }
    if (met === "all") throw new BoundMet("all-calls", busy("too many calls are under way; try again"));
  }

  const tooManyOpen = (): BoundMet =>
    new BoundMet(
      "peer-calls",
      new GovernanceError(
        "resource-exhausted",
        "this peer has too many calls without authentication under way; end some of them",
      ),
    );

  function takeOpen(held: Hold, call: ArrivingCall, shares: Shares): void {
    if (held.take(openOfConnection, call.connection, 1) !== undefined) throw tooManyOpen();
    if (held.take(shares, call.address, 1) === undefined) return;
    // A peer that never sends its requests must not keep probes from the same address out.
    const [oldest] = (call.open === "brief" ? incomplete.get(call.address) : undefined) ?? [];
    if (oldest === undefined) throw tooManyOpen();
    oldest.onDisplaced(tooManyOpen());
    if (held.take(shares, call.address, 1) !== undefined) throw tooManyOpen();
  }

  function trackIncomplete(call: ArrivingCall): void {
    const tracked = incomplete.get(call.address) ?? new Set();
    incomplete.set(call.address, tracked.add(call));
  }

  function untrack(call: ArrivingCall): void {
    const tracked = incomplete.get(call.address);
    if (tracked?.delete(call) === true && tracked.size === 0) incomplete.delete(call.address);
  }

  return {
    arrive(call) {
      const held = createHold();
      let caller = call.owner;
      try {
        if (call.open === undefined) {
          if (held.take(arriving, call.owner ?? call.address, 1) !== undefined) {
            throw new BoundMet("peer-calls", busy("too many calls wait for authentication; try again"));
          }
        } else if (caller === undefined) {
          takeOpen(held, call, open[call.open]);
          if (call.open === "brief") trackIncomplete(call);
        } else takeAdmitted(held, caller);
      } catch (error) {
        held.release();
        throw error;
      }
      let received = 0;
      return {
        admit(known) {
          if (call.open !== undefined) return;
          held.give(arriving);
          caller = known;
          takeAdmitted(held, known);
        },
        receive(more) {
          received += more;
          if (call.open !== undefined && received > OPEN_REQUEST_BYTES) {
            throw new BoundMet(
              "request-bytes",
              new GovernanceError("resource-exhausted", "the request is longer than any of this method"),
            );
          }
          const met = held.take(bytes, caller ?? call.address, more);
          if (met === undefined) return;
          throw new BoundMet(
            "request-bytes",
            busy("the requests under way are too large together; wait for answers"),
          );
        },
        complete: () => untrack(call),
        release() {
          untrack(call);
          held.release();
        },
      };
    },
  };
}

/** What one call holds, so that all of it is given back, once. */
interface Hold {
  take(shares: Shares, key: string, amount: number): ReturnType<Shares["take"]>;
  /** Gives back what is held of one kind. */
  give(shares: Shares): void;
  /** Gives back everything, and holds nothing that is taken later. */
  release(): void;
}

function createHold(): Hold {
  const held = new Map<Shares, { readonly key: string; amount: number }>();
  let released = false;
  const give = (shares: Shares): void => {
    const one = held.get(shares);
    if (one !== undefined) shares.give(one.key, one.amount);
    held.delete(shares);
  };
  return {
    take(shares, key, amount) {
      if (released) return undefined;
      const before = held.get(shares);
      // A second amount goes where the first went, also when the caller became known meanwhile.
      const met = shares.take(before?.key ?? key, amount);
      if (met !== undefined) return met;
      held.set(shares, { key: before?.key ?? key, amount: (before?.amount ?? 0) + amount });
      return undefined;
    },
    give,
    release() {
      released = true;
      for (const shares of held.keys()) give(shares);
    },
  };
}
