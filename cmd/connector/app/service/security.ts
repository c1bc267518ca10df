import type { Config } from "../../../../pkg/config/config.ts";
import type { GrpcServerOptions } from "../../../../pkg/grpc/server.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import type { Metrics } from "../../../../pkg/ops/metrics/metrics.ts";

/** Who may connect and call, by the settings; what becomes of it is logged and counted. */
export function securityOf(
  { service }: Config,
  metrics: Metrics | undefined,
  log: Logger,
): Pick<GrpcServerOptions, "security" | "insecure" | "limits" | "onReload" | "onConnectionRefused"> {
  const { tls, tokensFile, jwt, insecure, maxConnections } = service;
  return {
    security: { tls, tokensFile, jwt },
    insecure,
    limits: { maxConnections },
    onReload({ subject, error }) {
      metrics?.reload(error === undefined);
      if (error === undefined) log.info(`${subject} was read anew`);
      else log.failure(`${subject} could not be read anew; what was in force stays`, error);
    },
    onConnectionRefused({ peer, why, code }) {
      metrics?.connectionRefused(why);
      log.debug(`a connection was refused: ${why}`, {
        peer,
        ...(code === undefined ? {} : { outcome: code }),
      });
    },
  };
}
