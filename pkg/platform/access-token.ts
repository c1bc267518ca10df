import { randomBytes } from "node:crypto";
import { orAborted } from "../core/abort.ts";
import type { ClientId } from "../core/client-id.ts";
import type { Clocks } from "../core/clock.ts";
import { GovernanceError } from "../core/errors.ts";
import { ASSERTION_LIFE_S, assertionOf, signingKey } from "./assertion.ts";

/** The answer of the token endpoint. */
export interface TokenAnswer {
  readonly status: number;
  /** The value of its `Date` header. */
  readonly date: string | undefined;
  /** At most 64 KiB; a longer one is cut, and is then no JSON. */
  readonly body: string;
}

/** Sends the form to the token endpoint. Rejects with `unavailable` when there is no answer. */
export type AskToken = (form: URLSearchParams, signal: AbortSignal) => Promise<TokenAnswer>;

export interface AccessTokens {
  /** `Bearer …` for the `authorization` header. Asks the endpoint only when the last token has expired or was refused. */
  authorization(signal: AbortSignal): Promise<string>;
  /** The platform has refused this one: the next call gets another. */
  forget(authorization: string): void;
}

export interface AccessTokenOptions {
  readonly client: ClientId;
  readonly seed: Uint8Array;
  readonly clocks: Clocks;
  readonly ask: AskToken;
}

/** A token is not used in its last seconds: it could expire on its way. */
const LEEWAY_MS = 10_000;

const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

interface Held {
  readonly authorization: string;
  readonly until: number;
}

/** One request to the endpoint, with those who wait for it. */
interface Asking {
  readonly answer: Promise<Held>;
  readonly unwanted: AbortController;
  waiting: number;
}

/** The tokens of the platform. Several callers at once wait for one request; it is cut when the last of them leaves. */
export function createAccessTokens({ client, seed, clocks, ask }: AccessTokenOptions): AccessTokens {
  const key = signingKey(seed);
  let held: Held | undefined;
  let asking: Asking | undefined;

  async function request(signal: AbortSignal): Promise<Held> {
    const nonce = randomBytes(16).toString("hex");
    const form = new URLSearchParams({
      client_id: client.id,
      grant_type: "client_credentials",
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: await assertionOf(client, key, { now: clocks.now(), nonce }),
    });
    const answer = await ask(form, signal);
    if (answer.status !== 200) throw refusal(answer, clocks.now());
    const { authorization, lifeMs } = tokenIn(answer.body);
    return { authorization, until: clocks.monotonic() + lifeMs - LEEWAY_MS };
  }

  function begin(): Asking {
    const unwanted = new AbortController();
    const begun: Asking = {
      answer: request(unwanted.signal).finally(() => {
        if (asking === begun) asking = undefined;
      }),
      unwanted,
      waiting: 0,
    };
    return begun;
  }

  return {
    async authorization(signal) {
      if (held !== undefined && clocks.monotonic() < held.until) return held.authorization;
      asking ??= begin();
      const own = asking;
      own.waiting += 1;
      try {
        held = await orAborted(own.answer, signal);
        return held.authorization;
      } finally {
        own.waiting -= 1;
        if (own.waiting === 0 && asking === own) {
          asking = undefined;
          own.unwanted.abort(new GovernanceError("canceled", "nothing waits for the token any more"));
        }
      }
    },
    forget(authorization) {
      if (held?.authorization === authorization) held = undefined;
    },
  };
}

/** Only what another attempt cannot change ends the daemon: the client id, the secret, or the clock. */
function refusal({ status, date }: TokenAnswer, now: number): GovernanceError {
  if (status === 408 || status === 429 || status >= 500) {
    return new GovernanceError("unavailable", `the platform's token endpoint answers ${status}`);
  }
  const skew = skewSeconds(date, now);
  if (Math.abs(skew) >= ASSERTION_LIFE_S) {
    const where = skew > 0 ? "ahead of" : "behind";
    return new GovernanceError(
      "unauthenticated",
      `the platform refuses the client (${status}), and this machine's clock is ${Math.abs(skew)} s ${where} the ` +
        `platform's: an assertion is valid for ${ASSERTION_LIFE_S} s; set the clock right`,
    );
  }
  if (status === 404 || (status >= 300 && status < 400)) {
    return new GovernanceError(
      "unauthenticated",
      `there is no token endpoint of the platform at this host (${status}): check the host in client-id`,
    );
  }
  return new GovernanceError(
    "unauthenticated",
    `the platform refuses client-id and client-secret (${status}): copy both again from the platform`,
  );
}

/** How many seconds our clock is ahead of the other one; 0 when that is unknown. */
function skewSeconds(date: string | undefined, now: number): number {
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(theirs) ? 0 : Math.round((now - theirs) / 1000);
}

function tokenIn(body: string): { readonly authorization: string; readonly lifeMs: number } {
  const answer = parsed(body);
  const token = answer["access_token"];
  const type = answer["token_type"];
  const life = answer["expires_in"];
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
    throw new GovernanceError(
      "unauthenticated",
      "the platform's token endpoint answers without an access token",
    );
  }
  return {
    authorization: `${authorizationType(type)} ${token}`,
    lifeMs: typeof life === "number" && life > 0 ? life * 1000 : 0,
  };
}

/** Go's oauth2 package writes `bearer` and no type at all as `Bearer`. */
function authorizationType(type: unknown): string {
  if (typeof type !== "string" || type === "" || type.toLowerCase() === "bearer") return "Bearer";
  return type;
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // Said below. The text may hold a token.
  }
  throw new GovernanceError(
    "unavailable",
    "the platform's token endpoint answers with something that is not JSON",
  );
}
