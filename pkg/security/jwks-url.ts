// The keys of JWTs from a URL: fetched at the start, every minute, at SIGHUP, and for a key id that nobody knows.
import { Buffer } from "node:buffer";
import { errors, type JWTVerifyGetKey } from "jose";
import type { MonotonicClock } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import { errnoOf } from "../core/unknown.ts";
import { type JwkSet, parseJwkSet } from "./jwk-set.ts";
import { NothingInForce, PartlyInForce, type ReloadableSource, type ReloadEvent } from "./watched-files.ts";

/** A key that was taken out of the set stops working after at most this time. */
const FETCH_EVERY_MS = 60_000;
/** A key id that nobody knows, which anybody can send, makes no more requests than one in this time. */
const UNKNOWN_KEY_PAUSE_MS = 30_000;
/** While there is no set at all, each call may need it. */
const FIRST_SET_PAUSE_MS = 1000;
const TIMEOUT_MS = 5000;
const MAX_BYTES = 1024 * 1024;

const KEPT = "the keys that were fetched last stay in use";
const NO_KEYS = "no JWT is accepted until they are fetched, which is tried again";

export interface JwksUrlOptions {
  readonly url: URL;
  readonly monotonic: MonotonicClock;
  readonly onReload: (event: ReloadEvent) => void;
}

export interface JwksUrl extends ReloadableSource {
  readonly getKey: JWTVerifyGetKey;
  /** Since the set was last fetched; since the start while it never was. */
  ageMs(): number;
  stop(): void;
}

/**
 * The last set stays in force for as long as its host does not answer: the callers have no part in that, and a set that
 * cannot be fetched takes no key away. It is reported once, and the age of the set is a metric.
 */
export function watchJwksUrl({ url, monotonic, onReload }: JwksUrlOptions): JwksUrl {
  const subject = "the keys of JWTs";
  const origin = `JWKS ${url.protocol}//${url.host}`;
  let set: JwkSet | undefined;
  let fetchedAt = monotonic();
  let beganAt = -Infinity;
  let reported: string | undefined;
  let running: Promise<Error | undefined> | undefined;

  async function fetchSet(): Promise<Error | undefined> {
    beganAt = monotonic();
    try {
      const { value, flaw } = parseJwkSet(origin, await fetchText(url, origin));
      const isNews = set !== undefined && (value.fingerprint !== set.fingerprint || reported !== flaw);
      set = value;
      fetchedAt = monotonic();
      const partly = flaw === undefined ? undefined : new PartlyInForce("failed-precondition", flaw);
      if (isNews || (flaw !== undefined && flaw !== reported)) onReload({ subject, error: partly });
      reported = flaw;
      return partly;
    } catch (error) {
      const failure = asFailure(GovernanceError.from(error));
      if (failure.message !== reported) onReload({ subject, error: failure });
      reported = failure.message;
      return failure;
    }
  }

  function asFailure(failure: GovernanceError): GovernanceError {
    if (set !== undefined) return failure.with({ message: `${failure.message}; ${KEPT}` });
    return new NothingInForce(failure.code, `${failure.message}; ${NO_KEYS}`, { cause: failure.cause });
  }

  /** One fetch at a time serves everybody who waits. */
  function join(): Promise<Error | undefined> {
    running ??= fetchSet().finally(() => {
      running = undefined;
    });
    return running;
  }

  async function currentSet(pauseMs: number): Promise<JwkSet> {
    if (running !== undefined || monotonic() - beganAt >= pauseMs) await join();
    if (set !== undefined) return set;
    throw new GovernanceError(
      "unavailable",
      "the keys that JWTs are checked with cannot be fetched; try again",
    );
  }

  const timer = setInterval(() => void join(), FETCH_EVERY_MS);
  timer.unref();
  void join();

  return {
    subject,
    getKey: async (header, token) => {
      const before = set ?? (await currentSet(FIRST_SET_PAUSE_MS));
      try {
        return await before.getKey(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        const after = await currentSet(UNKNOWN_KEY_PAUSE_MS);
        if (after === before) throw error;
        return await after.getKey(header, token);
      }
    },
    async reload() {
      // One that runs may have read the set before it was changed.
      if (running !== undefined) await running;
      return await join();
    },
    ageMs: () => monotonic() - fetchedAt,
    stop: () => clearInterval(timer),
  };
}

async function fetchText(url: URL, origin: string): Promise<string> {
  const refused = (why: string, cause?: unknown) =>
    new GovernanceError("unavailable", `${origin}: ${why}`, { cause });
  try {
    const response = await fetch(url, {
      // Another address could be one that others can read or change in transit.
      redirect: "manual",
      headers: { accept: "application/json, application/jwk-set+json" },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw refused(`answers HTTP ${response.status}`);
    }
    const parts: Uint8Array[] = [];
    let bytes = 0;
    // Ends the connection when it is left early.
    const body: AsyncIterable<Uint8Array> | readonly Uint8Array[] = response.body ?? [];
    for await (const part of body) {
      bytes += part.byteLength;
      if (bytes > MAX_BYTES) throw refused("answers more than 1 MiB");
      parts.push(part);
    }
    return Buffer.concat(parts).toString();
  } catch (error) {
    if (error instanceof GovernanceError) throw error;
    const isLate = error instanceof Error && error.name === "TimeoutError";
    const code = isLate ? "no answer within 5 s" : errnoOf(error) || errnoOf(causeOf(error));
    throw refused(`cannot be fetched (${code || "unknown reason"})`, error);
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}
