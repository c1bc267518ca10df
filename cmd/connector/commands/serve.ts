import type { Config } from "../../../pkg/config/config.ts";
import { createGrpcServer } from "../../../pkg/grpc/server.ts";
import type { Logger } from "../../../pkg/ops/logger.ts";
import type { Context } from "../context.ts";
import { OK } from "../exit-codes.ts";
import { withRuntime } from "../runtime.ts";

/** Calls under way have this long to end; Kubernetes kills after 30 s. */
const GRACE_MS = 10_000;

/** Serves until it is told to stop by a signal, which is no failure. */
export function serveCommand(config: Config, context: Context): Promise<number> {
  return withRuntime(config, context, async ({ log, connector, closeFirst }) => {
    const server = createGrpcServer({
      connector,
      provisioning: undefined,
      clock: context.monotonic,
      onCall({ service, method, code, durationMs, requestBytes, answerBytes, peer, error }) {
        const fields = { service, method, grpcCode: code, requestBytes, answerBytes, peer };
        const timed = { ...fields, durationMs: Math.round(durationMs) };
        if (error === undefined) log.debug("answered", timed);
        else log.failure("answered with a failure", error, timed);
      },
    });
    closeFirst({ name: "the gRPC server", close: () => server.close(GRACE_MS) });
    const { target } = await server.listen(config.serve.listen);
    log.info("serving", { address: target, pool: config.poolId });
    if (config.provisioning.enabled)
      log.warn("provisioning is on, but this version makes no changes to the pool");
    // Told at once, since clients may come hours later; a pool that is out of reach now need not be then.
    void connector.pool(context.signal).then(
      () => log.info("the pool can be read", { pool: config.poolId }),
      (error: unknown) => {
        if (!context.signal.aborted) log.failure("the pool cannot be read", error);
      },
    );
    await stopped(context.signal);
    sayGoodbye(log, context.signal);
    return OK;
  });
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function sayGoodbye(log: Logger, { reason }: AbortSignal): void {
  log.info(
    `${reason instanceof Error ? reason.message : "stopped"}: no new calls, those under way may finish`,
  );
}
