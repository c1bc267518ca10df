import type { Config } from "../../../../pkg/config/config.ts";
import type { Clocks } from "../../../../pkg/core/clock.ts";
import type { Logger } from "../../../../pkg/ops/logger.ts";
import type { Metrics } from "../../../../pkg/ops/metrics/metrics.ts";
import {
  type AccessControl,
  createAccessControl,
  type RefusedCall,
} from "../../../../pkg/security/access-control.ts";
import { failureText } from "../../process/reload.ts";

/** Who may connect and call, the same for every front. Reloads are logged and counted. */
export function openAccess(
  { service }: Config,
  { now, monotonic }: Clocks,
  metrics: Metrics | undefined,
  log: Logger,
  onRefused: (call: RefusedCall) => void,
): AccessControl {
  return createAccessControl({
    settings: service,
    clocks: { now, monotonic },
    onRefused,
    onOutOfDates: (line) => log.warn(line),
    onReload({ subject, error }) {
      metrics?.reload(error === undefined);
      if (error === undefined) log.info(`reloaded ${subject}`);
      else log.failure(failureText(subject, error), error);
    },
  });
}
