// grpc.health.v1 in our own lines, behind the interceptors of every other service: its calls are counted like any, and
// a watch ends when the server drains. The official package keeps watches open, and a drain would wait for them in vain.
import { GovernanceError } from "../../core/errors.ts";
import { Health, HealthCheckResponse_ServingStatus as Serving } from "../../gen/grpc/health/v1/health_pb.ts";
import { clipBytes } from "../../protocol/text.ts";
import { type ServiceRoutes, serviceRoutes } from "../handlers.ts";

/** The full name of the health service, which answers anybody. */
export const HEALTH_SERVICE: string = Health.typeName;

/** What the health service says. All services share one state, since they stand over one pool. */
export interface ServingState {
  readonly service: ServiceRoutes;
  /** Tells every watcher. Without effect once it drains. */
  setServing(serving: boolean): void;
  /** NOT_SERVING for good: watchers are told, and their calls end as `UNAVAILABLE`. */
  drain(): void;
}

/** Knows the services of these full names, and "", the server as a whole. They are SERVING from the start. */
export function createServingState(services: readonly string[]): ServingState {
  const known = new Set(["", ...services]);
  const sleepers = new Set<() => void>();
  let serving = true;
  let draining = false;

  const status = (): Serving => (serving ? Serving.SERVING : Serving.NOT_SERVING);

  function wakeAll(): void {
    for (const wake of sleepers) wake();
  }

  /** Resolves at the next change, or when nobody listens any more. */
  function change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        sleepers.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      sleepers.add(wake);
      signal.addEventListener("abort", wake);
      if (signal.aborted) wake();
    });
  }

  async function* watch(service: string, signal: AbortSignal): AsyncIterable<{ status: Serving }> {
    let told: Serving | undefined;
    while (!signal.aborted) {
      const now = known.has(service) ? status() : Serving.SERVICE_UNKNOWN;
      if (now !== told) {
        told = now;
        yield { status: now };
        // It may have changed while that was sent.
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
        const name = JSON.stringify(clipBytes(service, 128));
        throw new GovernanceError("not-found", `service: ${name} is not served here`);
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
