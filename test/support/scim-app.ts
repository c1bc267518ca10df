import { Buffer } from "node:buffer";
import { GovernanceError } from "../../pkg/core/errors.ts";
import type { ScimCallEvent } from "../../pkg/core/events.ts";
import { isRecord } from "../../pkg/core/unknown.ts";
import { createCallerRates } from "../../pkg/scim/http/caller-rates.ts";
import { createScimApp, type ScimApp } from "../../pkg/scim/http/fastify.ts";
import { createScimFront } from "../../pkg/scim/http/front.ts";
import { SCIM_LIMITS, type ScimLimits } from "../../pkg/scim/http/limits.ts";
import type { PerformerOptions } from "../../pkg/scim/http/perform.ts";
import { createRoom } from "../../pkg/scim/http/room.ts";
import type { ScimService } from "../../pkg/scim/service.ts";
import type { AuthenticatedCaller } from "../../pkg/security/caller.ts";
import { fakeScimService, performerOver } from "./fake-scim-service.ts";

export interface ScimAppOptions extends Partial<Pick<PerformerOptions, "patchAnswer">> {
  readonly limits?: Partial<ScimLimits>;
  readonly ratePerSecond?: number;
  readonly basePath?: string;
  /** By the header `authorization`; without one everybody is a provisioner. */
  readonly callers?: Readonly<Record<string, AuthenticatedCaller>>;
  /** Who calls is known once this is. */
  readonly keysKnown?: Promise<void>;
}

interface TestApp extends ScimApp {
  readonly events: readonly ScimCallEvent[];
  /** The operations that a reader was refused. */
  readonly refused: readonly string[];
}

/** The front over a service, without a socket. */
function testScimApp(service: ScimService, options: ScimAppOptions = {}): TestApp {
  const limits = { ...SCIM_LIMITS, ...options.limits };
  const clocks = { now: () => Date.UTC(2026, 10, 1), monotonic: () => 0 };
  const events: ScimCallEvent[] = [];
  const refused: string[] = [];
  const front = createScimFront({
    access: {
      async authorize({ authorization, needs, operation, peer }) {
        const { callers } = options;
        await options.keysKnown;
        if (callers === undefined) return { name: peer, role: "provision" };
        const caller = callers[authorization[0] ?? ""];
        if (caller === undefined || authorization.length !== 1) {
          throw new GovernanceError("unauthenticated", "authorization: the token is unknown");
        }
        if (needs === "provision" && caller.role === "read") {
          refused.push(operation);
          throw new GovernanceError("permission-denied", "this caller may only read");
        }
        return caller;
      },
    },
    perform: performerOver(service, limits, { patchAnswer: options.patchAnswer ?? "auto", now: clocks.now }),
    rates: createCallerRates(options.ratePerSecond ?? 1000, clocks.monotonic),
    room: createRoom(limits),
    limits,
    basePath: options.basePath ?? "/scim/v2",
    clocks,
    onCall: (event) => void events.push(event),
  });
  return { ...createScimApp(front, limits, () => {}), events, refused };
}

export interface ScimAsk {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS" | undefined;
  readonly url: string;
  readonly headers?: Record<string, string | string[]>;
  readonly payload?: object | string | Buffer | undefined;
  /** Cuts the connection. */
  readonly signal?: AbortSignal;
}

/** The front over a fake service. Paths that do not begin with a slash are below /scim/v2. */
export function scimApp(over: Partial<ScimService> = {}, options: ScimAppOptions = {}) {
  const service = fakeScimService(over);
  const { app, events, refused } = testScimApp(service, options);
  return {
    service,
    events,
    refused,
    ask: async ({ method = "GET", url, headers = {}, payload, signal }: ScimAsk) => {
      const answer = await app.inject({
        ...(signal !== undefined && { signal }),
        method,
        url: url.startsWith("/") ? url : `/scim/v2/${url}`,
        headers: payload === undefined ? headers : { "content-type": "application/scim+json", ...headers },
        ...(payload !== undefined && {
          payload:
            typeof payload === "string" || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
        }),
      });
      const parsed: unknown = answer.payload === "" ? {} : JSON.parse(answer.payload);
      const body = isRecord(parsed) ? parsed : {};
      return { status: answer.statusCode, headers: answer.headers, body, text: answer.payload };
    },
  };
}
