// Authenticates every call before a byte of its body is read: an unread body costs the library no more than HTTP/2's
// window for it.
import { type Metadata, ServerInterceptingCall, type ServerInterceptor, status } from "@grpc/grpc-js";
import { GovernanceError } from "../core/errors.ts";
import { notify } from "../core/events.ts";
import type { Authorizer } from "../security/authorizer.ts";
import type { AuthenticatedCaller } from "../security/caller.ts";
import { callStatusOf } from "./errors.ts";
import type { Observation } from "./interceptors.ts";
import { roleFor } from "./method-roles.ts";
import type { ConnectionEnds } from "./transport/connections.ts";

export interface AuthInterceptorOptions {
  readonly authorize: Authorizer["authorize"];
  /** For the calls that are rejected here; the handlers report the others. */
  readonly observation: Observation;
  /** The body must be there so long after the headers. */
  readonly requestTimeoutMs: number;
  /**
   * Called for every admitted call. `authenticated` is false for methods that need no authentication (health): they say
   * nothing about the client.
   */
  readonly onAdmitted: (ends: ConnectionEnds, authenticated: boolean) => void;
}

export interface AuthInterceptor {
  readonly interceptor: ServerInterceptor;
  /** The caller of the call with this metadata object; undefined for a call that did not pass the interceptor. */
  callerOf(metadata: Metadata): AuthenticatedCaller | undefined;
}

export function createAuthInterceptor(options: AuthInterceptorOptions): AuthInterceptor {
  const { authorize, observation, requestTimeoutMs, onAdmitted } = options;
  const callers = new WeakMap<Metadata, AuthenticatedCaller>();

  const interceptor: ServerInterceptor = (method, call) => {
    const startedAt = observation.monotonic();
    const peer = call.getPeer();
    const needs = roleFor(method.path);
    let bodyTimer: NodeJS.Timeout | undefined;
    const reject = (failure: GovernanceError, caller: string, rejectedByAuth: boolean): void => {
      clearTimeout(bodyTimer);
      const outcome = callStatusOf(failure);
      call.sendStatus(outcome);
      const [, service = "", name = ""] = method.path.split("/");
      notify(observation.onCall, {
        service,
        method: name,
        code: status[outcome.code],
        durationMs: Math.max(0, observation.monotonic() - startedAt),
        requestBytes: 0,
        answerBytes: 0,
        peer,
        caller,
        rejectedByAuth,
        error: failure,
      });
    };
    const decide = async (metadata: Metadata, admit: (metadata: Metadata) => void): Promise<void> => {
      let caller: AuthenticatedCaller;
      try {
        caller = await authorize({
          operation: method.path.slice(1),
          needs,
          peer,
          authorization: metadata.get("authorization").map(String),
          certificate: call.getAuthContext().sslPeerCertificate,
        });
      } catch (error) {
        reject(GovernanceError.from(error), peer, true);
        return;
      }
      // No handler needs the secret.
      metadata.remove("authorization");
      callers.set(metadata, caller);
      onAdmitted(call.getConnectionInfo(), needs !== "none");
      if (!method.requestStream) {
        const tooLate = new GovernanceError(
          "deadline-exceeded",
          `the request did not arrive within ${requestTimeoutMs} ms; send it at once`,
        );
        bodyTimer = setTimeout(() => reject(tooLate, caller.name, false), requestTimeoutMs);
      }
      admit(metadata);
    };
    return new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata: (metadata, admit) => void decide(metadata, admit),
          onReceiveHalfClose(pass) {
            clearTimeout(bodyTimer);
            pass();
          },
          onCancel: () => clearTimeout(bodyTimer),
        });
      },
    });
  };

  return { interceptor, callerOf: (metadata) => callers.get(metadata) };
}
