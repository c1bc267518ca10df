import { healthCheck } from "../../../../pkg/ops/http/health-check.ts";
import { printable } from "../../../../pkg/ops/printable.ts";
import type { Context } from "../../process/context.ts";
import { OK } from "../../process/exit-codes.ts";

/** What Docker and others expect for "not healthy". Other exit codes are failures of this program. */
const UNHEALTHY = 1;

export interface HealthCheckOptions {
  readonly bindAddress: string;
  readonly port: number;
  readonly endpoint?: "health" | "ready" | "live" | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Asks the running service whether it is ready, prints one line, and returns 0 or 1. Needs no AWS access. */
export async function healthCheckCommand(options: HealthCheckOptions, context: Context): Promise<number> {
  const { ok, url, detail } = await healthCheck(options, context.signal);
  const out = ok ? context.stdout : context.stderr;
  await out.write(`${url} ${printable(detail)}\n`);
  return ok ? OK : UNHEALTHY;
}
