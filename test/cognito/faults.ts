import { AwsError } from "./errors.ts";
import type { CallRecord } from "./record.ts";

/** Which numbers of a count: one, some, or a range with a stride. Counts start at 1. */
export type Nth =
  | number
  | readonly number[]
  | { readonly from?: number; readonly to?: number; readonly every?: number };

/** Which calls a rule is about. Members that are left out match every call. */
export interface CallMatch {
  readonly operation?: string | readonly string[];
  readonly poolId?: string;
  readonly group?: string;
  readonly username?: string;
  /** Whether the request continues from a token. */
  readonly continues?: boolean;
  readonly when?: (call: CallRecord) => boolean;
  /** Among the calls that the members above match. */
  readonly nth?: Nth;
  /** Among all calls of the server. */
  readonly overall?: Nth;
  /** The most times that it fires. */
  readonly times?: number;
}

/** What a rule does to a call. Several may be given, and several rules may meet on one call: the later one wins. */
export interface Effects {
  /** TooManyRequestsException, or another throttling name. */
  readonly throttle?: true | string;
  readonly error?: {
    readonly name: string;
    readonly message?: string;
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
  };
  /** Any answer at all, in place of carrying the call out: a proxy's HTML page, say. */
  readonly answer?: { readonly status: number; readonly body: string; readonly contentType?: string };
  /** Cuts the connection: before the call is carried out, after it, or in the middle of the answer. */
  readonly cut?: "before" | "after" | "mid-answer";
  /** Slow answer; the call is carried out at once. */
  readonly delayMs?: number;
  /** A complete answer that is not JSON. */
  readonly malformed?: true;
  /** A page of at most so many items; 0 is an empty page with a token. */
  readonly shortPage?: number;
  /** A token although nothing follows it but an empty page. */
  readonly trailingToken?: true;
  /** Repeats its first so many tokens for ever: 1 is the same token again, 2 is A, B, A, B. */
  readonly repeatTokens?: number;
  /** Changes the parsed answer: unknown statuses, lost members, dates in milliseconds. */
  readonly rewrite?: (answer: unknown) => unknown;
  /** Runs before the call is carried out: delete a group, expire a credential. */
  readonly run?: (call: CallRecord) => void | Promise<void>;
}

export type FaultRule = CallMatch & Effects;

/** An armed rule. */
export interface ArmedRule {
  /** How often it fired. Assert on it: a fault that never fired proves nothing. */
  readonly fired: number;
  remove(): void;
}

export interface Faults {
  arm(rule: FaultRule): ArmedRule;
  /** Counts the call against every rule and returns what the firing ones do to it. */
  effectsOn(call: CallRecord): Effects & { readonly token: (real: string) => string };
}

// Array.isArray alone does not narrow a readonly array away.
const isList = <T>(value: T | readonly T[] | object): value is readonly T[] => Array.isArray(value);

function isNth(nth: Nth | undefined, count: number): boolean {
  if (nth === undefined) return true;
  if (typeof nth === "number") return nth === count;
  if (isList(nth)) return nth.includes(count);
  const { from = 1, to = Number.POSITIVE_INFINITY, every = 1 } = nth;
  return count >= from && count <= to && (count - from) % every === 0;
}

const carriesToken = (call: CallRecord): boolean =>
  call.input?.["NextToken"] !== undefined || call.input?.["PaginationToken"] !== undefined;

function concerns(match: CallMatch, call: CallRecord): boolean {
  const { operation } = match;
  if (typeof operation === "string" && operation !== call.operation) return false;
  if (Array.isArray(operation) && !operation.includes(call.operation)) return false;
  if (match.poolId !== undefined && match.poolId !== call.poolId) return false;
  if (match.group !== undefined && match.group !== call.group) return false;
  if (match.username !== undefined && match.username !== call.username) return false;
  if (match.continues !== undefined && match.continues !== carriesToken(call)) return false;
  return match.when === undefined || match.when(call);
}

interface Armed {
  readonly rule: FaultRule;
  matched: number;
  fired: number;
  readonly tokens: Map<string, { readonly ring: string[]; turn: number }>;
}

function repeated(armed: Armed, call: CallRecord, length: number, real: string): string {
  // Kept per list, since a token of another list would be refused instead of looping.
  const key = `${call.operation} ${call.poolId} ${call.group ?? call.username ?? ""}`;
  const state = armed.tokens.get(key) ?? { ring: [], turn: 0 };
  armed.tokens.set(key, state);
  if (state.ring.length < length) {
    state.ring.push(real);
    return real;
  }
  const token = state.ring[state.turn % length] ?? real;
  state.turn += 1;
  return token;
}

export function createFaults(): Faults {
  const rules: Armed[] = [];

  function firing(call: CallRecord): Armed[] {
    const found: Armed[] = [];
    for (const armed of rules) {
      if (!concerns(armed.rule, call)) continue;
      armed.matched += 1;
      if (!isNth(armed.rule.nth, armed.matched) || !isNth(armed.rule.overall, call.number)) continue;
      if (armed.fired >= (armed.rule.times ?? Number.POSITIVE_INFINITY)) continue;
      armed.fired += 1;
      found.push(armed);
    }
    return found;
  }

  return {
    arm(rule) {
      const armed: Armed = { rule, matched: 0, fired: 0, tokens: new Map() };
      rules.push(armed);
      return {
        get fired() {
          return armed.fired;
        },
        remove() {
          const at = rules.indexOf(armed);
          if (at >= 0) rules.splice(at, 1);
        },
      };
    },
    effectsOn(call) {
      const found = firing(call);
      const runs = found.map((armed) => armed.rule.run).filter((run) => run !== undefined);
      const effects = found.reduce<Effects>((all, armed) => ({ ...all, ...armed.rule }), {});
      const looping = found.findLast((armed) => armed.rule.repeatTokens !== undefined);
      return {
        ...effects,
        // Hooks do not replace each other.
        ...(runs.length > 0
          ? {
              run: async (one: CallRecord) => {
                for (const run of runs) await run(one);
              },
            }
          : {}),
        token: (real) =>
          looping === undefined ? real : repeated(looping, call, looping.rule.repeatTokens ?? 1, real),
      };
    },
  };
}

/** The error that `throttle` or `error` asks for. */
export function faultError(effects: Effects): AwsError | undefined {
  if (effects.throttle !== undefined) {
    return new AwsError(
      effects.throttle === true ? "TooManyRequestsException" : effects.throttle,
      "Rate exceeded",
    );
  }
  if (effects.error === undefined) return undefined;
  const { name, message = "Scripted fault.", headers = {} } = effects.error;
  const status = effects.error.status ?? (name === "InternalErrorException" ? 500 : 400);
  return new AwsError(name, message, status, headers);
}
