// SCIM over HTTP without a library of HTTP: who calls, what is asked, and what is answered. Every failure has SCIM's body.
import type { Clocks } from "../../core/clock.ts";
import { type ErrorCode, GovernanceError } from "../../core/errors.ts";
import { notify, type ScimCallEvent } from "../../core/events.ts";
import { peerAddress } from "../../core/peer.ts";
import { SCIM_PATH } from "../../core/scim-settings.ts";
import type { AccessControl } from "../../security/access-control.ts";
import type { CallHead } from "../../security/authorizer.ts";
import { badRequest, callerErrorOf, ScimError, scimErrorBody, scimErrorOf } from "../scim-error.ts";
import { performBulk } from "./bulk.ts";
import type { CallerRates } from "./caller-rates.ts";
import { neededRole, type ScimRoute, scimRouteOf } from "./endpoints.ts";
import { parseJsonBody } from "./json-body.ts";
import type { ScimLimits } from "./limits.ts";
import { queryParameters } from "./list-parameters.ts";
import type { Perform, ScimAnswer, ScimRequest } from "./perform.ts";
import { answerType, type HeaderValues, requestMeaning, requireJson } from "./request-headers.ts";
import type { Guest, Room } from "./room.ts";

/** The part of a request that arrives before its body. */
export interface ScimHead {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly url: string;
  readonly values: HeaderValues;
  /** `address:port`. */
  readonly peer: string;
  readonly certificate: CallHead["certificate"];
  /** HTTP/1.1 requires a host. */
  readonly lacksHost: boolean;
}

/** What is known of a request once its head is read. */
export interface Visit {
  readonly head: ScimHead;
  /** Undefined: the path is not served, or its caller was rejected before. */
  readonly route: ScimRoute | undefined;
  readonly caller: string;
  /** Undefined: the request is allowed, and its body may be read. */
  readonly refusal: { readonly error: ScimError; readonly byAuth: boolean } | undefined;
  readonly startedAt: number;
  /** Counts bytes of the body. Throws a ScimError above a bound. */
  receive(bytes: number): void;
  /** The request takes no room any more. */
  leave(): void;
}

/** What is known about a request at its start, for tracing and the limiter. */
export interface ScimCallInfo {
  readonly peer: string;
  readonly caller: string;
  readonly method: string;
  readonly endpoint: string;
  header(name: string): string | undefined;
}

export interface ScimFrontOptions {
  readonly access: Pick<AccessControl, "authorize">;
  readonly perform: Perform;
  readonly rates: CallerRates;
  readonly room: Room;
  readonly limits: ScimLimits;
  /** What comes before the path of an endpoint, beside `/scim/v2`. */
  readonly basePath: string;
  readonly clocks: Clocks;
  readonly onCall?: ((event: ScimCallEvent) => void) | undefined;
  readonly wrapCall?: (<T>(call: ScimCallInfo, work: () => Promise<T>) => Promise<T>) | undefined;
}

export interface ScimFront {
  /** Never rejects. */
  admit(head: ScimHead): Promise<Visit>;
  /** Answers an admitted request, or one that was refused or whose body could not be read. Never rejects. */
  answer(
    visit: Visit,
    body: Uint8Array | { readonly failed: ScimError } | undefined,
    signal: AbortSignal,
  ): Promise<ScimAnswer>;
}

const NOT_SERVED = "other";
const RETRY_SECONDS = 1;

export function createScimFront(options: ScimFrontOptions): ScimFront {
  const { access, perform, rates, room, limits, clocks, onCall } = options;
  const bases = [...new Set([SCIM_PATH, options.basePath])].toSorted((a, b) => b.length - a.length);

  function pathOf(url: string): { readonly path: string | undefined; readonly query: string } {
    const at = url.indexOf("?");
    const whole = at < 0 ? url : url.slice(0, at);
    const base = bases.find((each) => whole === each || whole.startsWith(`${each}/`));
    return {
      path: base === undefined ? undefined : whole.slice(base.length),
      query: at < 0 ? "" : url.slice(at + 1),
    };
  }

  /** The route; undefined: no such path. An error: the path cannot be read. */
  function lookUp(url: string): ScimRoute | ScimError | undefined {
    try {
      const { path } = pathOf(url);
      return path === undefined ? undefined : scimRouteOf(path, limits.idLength);
    } catch (error) {
      return scimErrorOf(error);
    }
  }

  async function admit(head: ScimHead): Promise<Visit> {
    const { method, url, values, peer } = head;
    const startedAt = clocks.monotonic();
    const found = lookUp(url);
    const route = found instanceof ScimError ? undefined : found;
    let caller = peer;
    let guest: Guest | undefined;
    let refusal: Visit["refusal"];
    try {
      caller = (
        await access.authorize({
          via: "scim",
          operation: `scim ${method} ${route?.name ?? NOT_SERVED}`,
          needs: neededRole(method, route),
          peer,
          authorization: values("authorization"),
          certificate: head.certificate,
        })
      ).name;
    } catch (error) {
      refusal = { error: callerErrorOf(error), byAuth: true };
    }
    if (refusal === undefined) {
      try {
        guest = enter(caller === peer ? peerAddress(peer) : caller);
        requireLength(values("content-length")[0], guest);
        if (head.lacksHost) throw badRequest("invalidSyntax", "the header host is missing");
        if (found instanceof ScimError) throw found;
        if (hasBody(values)) requireJson(values);
      } catch (error) {
        refusal = { error: scimErrorOf(error), byAuth: false };
      }
    }
    let received = 0;
    return {
      head,
      route,
      caller,
      refusal,
      startedAt,
      receive(bytes) {
        received += bytes;
        if (received > limits.bodyBytes) throw tooLarge(limits.bodyBytes);
        if (guest?.grow(bytes) === false) throw busy();
      },
      leave: () => guest?.leave(),
    };
  }

  function enter(caller: string): Guest {
    const waitMs = rates.take(caller);
    if (waitMs > 0) {
      throw new ScimError(429, "this caller sends more requests a second than --scim-rate allows", {
        retryAfterSeconds: Math.max(RETRY_SECONDS, Math.ceil(waitMs / 1000)),
      });
    }
    const guest = room.enter(caller);
    if (guest === undefined) throw busy();
    return guest;
  }

  function requireLength(length: string | undefined, guest: Guest): void {
    const announced = Number(length ?? 0);
    if (announced <= limits.bodyBytes) return;
    guest.leave();
    throw tooLarge(limits.bodyBytes);
  }

  function requestOf(visit: Visit, body: Uint8Array | undefined, signal: AbortSignal): ScimRequest {
    const { head, route, caller } = visit;
    if (route === undefined) throw new ScimError(404, "there is no such endpoint; see /ResourceTypes");
    if (body !== undefined && route.endpoint.is === "bulk" && body.byteLength > limits.bulkBytes) {
      throw tooLarge(limits.bulkBytes);
    }
    const isEmpty = body === undefined || body.byteLength === 0;
    return {
      route,
      caller,
      signal,
      method: head.method,
      parameters: queryParameters(pathOf(head.url).query),
      body: isEmpty ? undefined : parseJsonBody(body, limits),
      meaning: requestMeaning(head.values),
    };
  }

  async function answered(
    visit: Visit,
    body: Uint8Array | { readonly failed: ScimError } | undefined,
    signal: AbortSignal,
  ): Promise<ScimAnswer> {
    const { head, refusal } = visit;
    let failure: ScimError | undefined;
    let answer: ScimAnswer;
    try {
      if (refusal !== undefined) throw refusal.error;
      signal.throwIfAborted();
      if (body !== undefined && "failed" in body) throw body.failed;
      const request = requestOf(visit, body, signal);
      const isBulk = request.route.endpoint.is === "bulk" && head.method === "POST";
      answer = await (isBulk ? performBulk(request, perform, limits) : perform(request));
      if (request.meaning.dryRun) answer = { ...answer, headers: { ...answer.headers, "dry-run": "true" } };
    } catch (error) {
      const isCut = signal.aborted && refusal === undefined;
      failure = scimErrorOf(isCut ? signal.reason : error, clocks.now());
      answer = failureAnswer(failure);
    }
    const whole = withTypeAndLength(answer, head.values);
    notify(onCall, {
      method: head.method,
      endpoint: visit.route?.name ?? NOT_SERVED,
      status: whole.status,
      durationMs: Math.max(0, clocks.monotonic() - visit.startedAt),
      requestBytes: body instanceof Uint8Array ? body.byteLength : 0,
      answerBytes: whole.body === undefined ? 0 : Buffer.byteLength(whole.body),
      peer: head.peer,
      caller: visit.caller,
      rejectedByAuth: refusal?.byAuth === true,
      error: failure === undefined ? undefined : loggedFailure(failure),
    });
    return whole;
  }

  return {
    admit,
    answer(visit, body, signal) {
      const { head, caller, route, refusal } = visit;
      const { wrapCall } = options;
      const work = (): Promise<ScimAnswer> => answered(visit, body, signal);
      if (wrapCall === undefined || refusal !== undefined) return work();
      const endpoint = route?.name ?? NOT_SERVED;
      const header = (name: string): string | undefined => head.values(name)[0];
      return wrapCall({ peer: head.peer, caller, method: head.method, endpoint, header }, work);
    },
  };
}

function hasBody(values: HeaderValues): boolean {
  return values("transfer-encoding").length > 0 || Number(values("content-length")[0] ?? 0) > 0;
}

function tooLarge(bytes: number): ScimError {
  return new ScimError(413, `the body has more than ${bytes} bytes`);
}

function busy(): ScimError {
  return new ScimError(503, "too many requests are under way; send it again", {
    retryAfterSeconds: RETRY_SECONDS,
  });
}

const CODES: ReadonlyMap<number, ErrorCode> = new Map([
  [401, "unauthenticated"],
  [403, "permission-denied"],
  [404, "not-found"],
  [409, "already-exists"],
  [412, "failed-precondition"],
  [413, "resource-exhausted"],
  [429, "resource-exhausted"],
  [501, "unimplemented"],
  [503, "unavailable"],
]);

/** What the log gets: the failure behind the answer, or the answer in its words, which quote no value. */
export function loggedFailure({ cause, status, detail }: ScimError): Error {
  if (cause instanceof Error) return cause;
  return new GovernanceError(CODES.get(status) ?? (status < 500 ? "invalid-argument" : "internal"), detail);
}

export function failureAnswer(error: ScimError): ScimAnswer {
  const { status, headers, retryAfterSeconds } = error;
  return {
    status,
    headers: {
      ...headers,
      ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
    },
    body: JSON.stringify(scimErrorBody(error)),
  };
}

function withTypeAndLength(answer: ScimAnswer, values: HeaderValues): ScimAnswer {
  const headers = {
    ...answer.headers,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(answer.body !== undefined && { "content-type": answerType(values) }),
  };
  return { ...answer, headers };
}

/** For requests whose caller has gone. */
export function closedByCaller(): GovernanceError {
  return new GovernanceError("canceled", "the caller closed the connection before the answer");
}
