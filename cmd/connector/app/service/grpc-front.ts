import { shareName } from "../../../../pkg/core/peer.ts";
import { createGrpcServer } from "../../../../pkg/grpc/server.ts";
import { createCallLines } from "./call-lines.ts";
import type { Front, Service } from "./front.ts";
import { connectionShares, openFilesLimit } from "./open-files.ts";

/** The Baton protocol over gRPC. */
export function grpcFront({
  config,
  context,
  runtime,
  telemetry,
  access,
  provisioning,
}: Service): Front | undefined {
  const { connector, log } = runtime;
  const { listen, insecure, reflection, maxConnections, maxCalls } = config.service;
  if (listen === undefined) return undefined;
  const { grpc: connections } = connectionShares(openFilesLimit(), maxConnections, config.scim !== undefined);
  if (connections < maxConnections) {
    log.info(
      `the system's limit on open files allows ${connections} connections, fewer than --max-connections ${maxConnections}`,
      { setting: "max-connections" },
    );
  }
  const lines = createCallLines(log, context.monotonic);
  const server = createGrpcServer({
    connector,
    provisioning,
    rateLimits: runtime.throttle,
    access,
    insecure,
    reflection,
    limits: { maxConnections: connections, maxCalls },
    clocks: context,
    wrapCall: (call, work) =>
      runtime.origins.within(shareName(call.peer, call.caller), () => telemetry.wrapCall(call, work)),
    onBound: (bound) => telemetry.metrics?.boundMet(bound),
    onConnectionRefused(event) {
      telemetry.metrics?.connectionRefused(event.why);
      lines.connectionRefused(event);
    },
    onCall(event) {
      telemetry.grpcCall(event);
      lines.call(event);
    },
  });
  return {
    name: "the gRPC server",
    async open() {
      const { target } = await server.listen(listen, config.labels.listen);
      return { message: "serving gRPC", fields: { address: target, pool: config.poolId } };
    },
    async close(graceMs) {
      await server.close(graceMs);
      lines.flush();
    },
  };
}
