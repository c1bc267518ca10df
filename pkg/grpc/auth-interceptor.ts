// The door that every call passes before a byte of its body is read: an unread body costs the library no more than
// HTTP/2's window of it.
import { type Metadata, ServerInterceptingCall, type ServerInterceptor, status } from "@grpc/grpc-js";
import { GovernanceError } from "../core/errors.ts";
import { notify } from "../core/events.ts";
import type { Authorizer } from "../security/authorizer.ts";
import type { AuthenticatedCaller } from "../security/security.ts";
import { statusOf } from "./errors.ts";
import type { Observation } from "./interceptors.ts";
import { roleFor } from "./method-roles.ts";
import type { Ends } from "./transport/connections.ts";

export interface GatekeeperOptions {
  readonly authorizer: Authorizer;
  /** Hears of the calls that are turned away; the others are told of by those who answer them. */
  readonly observation: Observation;
  /** The body must be there after so long. */
  readonly requestTimeoutMs: number;
  /** Hears of the connection of every call that is let in, and whether for more than that anybody is. */
  readonly onAdmitted: (ends: Ends, proven: boolean) => void;
}

export interface Gatekeeper {
  readonly interceptor: ServerInterceptor;
  /** Whose call this is by its metadata, the object itself; undefined for one that did not come through here. */
  callerOf(metadata: Metadata): AuthenticatedCaller | undefined;
}

export function createGatekeeper(options: GatekeeperOptions): Gatekeeper {
  const { authorizer, observation, requestTimeoutMs, onAdmitted } = options;
  const callers = new WeakMap<Metadata, AuthenticatedCaller>();

  const interceptor: ServerInterceptor = (method, call) => {
    const beganAt = observation.monotonic();
    const peer = call.getPeer();
    let late: NodeJS.Timeout | undefined;
    const refuse = (failure: GovernanceError, caller: string, rejectedByAuth: boolean): void => {
      clearTimeout(late);
      const outcome = statusOf(failure);
      call.sendStatus(outcome);
      const [, service = "", name = ""] = method.path.split("/");
      const durationMs = Math.max(0, observation.monotonic() - beganAt);
      notify(observation.onCall, {
        service,
        method: name,
        code: status[outcome.code],
        durationMs,
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
        caller = await authorizer.authorize({
          operation: method.path.slice(1),
          needs: roleFor(method.path),
          peer,
          authorization: metadata.get("authorization").map(String),
          subjectAltName: call.getAuthContext().sslPeerCertificate?.subjectaltname,
        });
      } catch (error) {
        refuse(GovernanceError.from(error), peer, true);
        return;
      }
      // Nobody further in has a use for the secret.
      metadata.remove("authorization");
      callers.set(metadata, caller);
      onAdmitted(call.getConnectionInfo(), roleFor(method.path) !== "anybody");
      if (!method.requestStream) {
        const tooLate = new GovernanceError(
          "deadline-exceeded",
          `the request was not there within ${requestTimeoutMs} ms; send it at once`,
        );
        late = setTimeout(() => refuse(tooLate, caller.name, false), requestTimeoutMs);
      }
      admit(metadata);
    };
    return new ServerInterceptingCall(call, {
      start(next) {
        next({
          onReceiveMetadata: (metadata, admit) => void decide(metadata, admit),
          onReceiveHalfClose(pass) {
            clearTimeout(late);
            pass();
          },
          onCancel: () => clearTimeout(late),
        });
      },
    });
  };

  return { interceptor, callerOf: (metadata) => callers.get(metadata) };
}
