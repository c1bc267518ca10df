// Our own grpc.health.v1, behind the same interceptors as every service: its calls are counted, and a watch ends when the
// server drains. The official package keeps watches open, and a drain would wait for them.
import { GovernanceError } from "../../core/errors.ts";
import { quotedName } from "../../core/text.ts";
import { Health, HealthCheckResponse_ServingStatus as Serving } from "../../gen/grpc/health/v1/health_pb.ts";
import { type ServiceRoutes, serviceRoutes } from "../../rpc/handlers.ts";

/** The full name of the health service, which needs no authentication. */
export const HEALTH_SERVICE: string = Health.typeName;

/** What the health service answers. All services share one state, since they serve one pool. */
export interface HealthState {
  readonly service: ServiceRoutes;
  /** Notifies every watcher. Without effect during a drain. */
  setServing(serving: boolean): void;
  /** NOT_SERVING permanently: watchers are notified, and their calls end as `UNAVAILABLE`. */
  drain(): void;
}

/** For the services of these full names and for "", the whole server. They are SERVING from the start. */
export function createServingState(services: readonly string[]): HealthState {
  const known = new Set(["", ...services]);
  const watchers = new Set<() => void>();
  let serving = true;
  let draining = false;

  const status = (): Serving => (serving ? Serving.SERVING : Serving.NOT_SERVING);

  function wakeAll(): void {
    for (const wake of watchers) wake();
  }

  /** Resolves at the next change, or when the watch is aborted. */
  function change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        watchers.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      watchers.add(wake);
      signal.addEventListener("abort", wake);
      if (signal.aborted) wake();
    });
  }

  async function* watch(service: string, signal: AbortSignal): AsyncIterable<{ status: Serving }> {
    let sent: Serving | undefined;
    while (!signal.aborted) {
      const now = known.has(service) ? status() : Serving.SERVICE_UNKNOWN;
      if (now !== sent) {
        sent = now;
        yield { status: now };
        // It may have changed while the answer was sent.
        continue;
      }
      if (draining) {
        throw new GovernanceError("unavailable", "the connector is shutting down; watch again later");
      }
      await change(signal);
    }
  }

  return {
    service: serviceRoutes(Health, {
      check({ service }) {
        if (known.has(service)) return { status: status() };
        throw new GovernanceError("not-found", `service: ${quotedName(service)} is not served here`);
      },
      watch: ({ service }, signal) => watch(service, signal),
      list: () => ({ statuses: Object.fromEntries([...known].map((name) => [name, { status: status() }])) }),
    }),
    setServing(now) {
      if (draining || now === serving) return;
      serving = now;
      wakeAll();
    },
    drain() {
      if (draining) return;
      serving = false;
      draining = true;
      wakeAll();
    },
  };
}
