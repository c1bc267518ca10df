import type { Config } from "../../../../pkg/config/config.ts";
import type { Clocks } from "../../../../pkg/core/clock.ts";
import type { RefusedConnection } from "../../../../pkg/grpc/transport/acceptor.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import type { Metrics } from "../../../../pkg/ops/metrics/metrics.ts";
import { type AccessControl, createAccessControl } from "../../../../pkg/security/access-control.ts";

/** Who may connect and call, by the settings; reloads are logged and counted. */
export function createServiceAccess(
  { service }: Config,
  { now }: Clocks,
  metrics: Metrics | undefined,
  log: Logger,
): AccessControl {
  return createAccessControl({
    settings: service,
    now,
    onReload({ subject, error }) {
      metrics?.reload(error === undefined);
      if (error === undefined) log.info(`${subject} was read anew`);
      else log.failure(`${subject} could not be read anew; what was in force stays`, error);
    },
  });
}

/** Logs and counts a refused connection. */
export function reportRefusedConnection(
  { peer, why, code }: RefusedConnection,
  metrics: Metrics | undefined,
  log: Logger,
): void {
  metrics?.connectionRefused(why);
  log.debug(`a connection was refused: ${why}`, {
    peer,
    ...(code === undefined ? {} : { outcome: code }),
  });
}
