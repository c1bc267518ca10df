import type { GrpcCallEvent } from "../../../../pkg/core/events.ts";
import type { CallInfo } from "../../../../pkg/grpc/interceptors.ts";
import { createGrpcServer } from "../../../../pkg/grpc/server.ts";
import { HEALTH_SERVICE } from "../../../../pkg/grpc/services/health.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import type { Front, Service } from "./front.ts";

/** The Baton protocol over gRPC. */
export function grpcFront({ config, context, runtime, telemetry, access, provisioning }: Service): Front {
  const { connector, log } = runtime;
  const { listen, insecure, reflection, maxConnections } = config.service;
  const server = createGrpcServer({
    connector,
    provisioning,
    access,
    insecure,
    reflection,
    limits: { maxConnections },
    clocks: context,
    wrapCall: (call, work) => runtime.origins.within(originName(call), () => telemetry.wrapCall(call, work)),
    onConnectionRefused({ peer, why, code }) {
      telemetry.metrics?.connectionRefused(why);
      log.debug(`refused a connection: ${why}`, { peer, ...(code === undefined ? {} : { outcome: code }) });
    },
    onCall(event) {
      telemetry.grpcCall(event);
      logCall(event, log);
    },
  });
  return {
    name: "the gRPC server",
    async open() {
      const { target } = await server.listen(listen);
      return { message: "serving gRPC", fields: { address: target, pool: config.poolId } };
    },
    close: (graceMs) => server.close(graceMs),
  };
}

/** Who shares the turns of the limiter. Without authentication it is the address: a port is as good as new each time. */
function originName({ peer, caller }: CallInfo): string {
  return caller === peer ? peer.replace(/:\d+$/, "") : caller;
}

function logCall({ error, durationMs, ...event }: GrpcCallEvent, log: Logger): void {
  const { service, method, code, requestBytes, answerBytes, peer, caller } = event;
  const fields = { service, method, grpcCode: code, requestBytes, answerBytes, peer, caller };
  const timed = { ...fields, durationMs: Math.round(durationMs) };
  // A client that watches the health service ends its call by leaving, which counts as a failure of the call.
  if (error === undefined || service === HEALTH_SERVICE) log.debug("gRPC call finished", timed);
  else log.failure("gRPC call failed", error, timed);
}
