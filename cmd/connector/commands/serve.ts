import { randomUUID } from "node:crypto";
import type { Config } from "../../../pkg/config/config.ts";
import { createActions } from "../../../pkg/connector/actions/create-actions.ts";
import { createProvisioningVerbs } from "../../../pkg/connector/provisioning/create-verbs.ts";
import type { Sealing } from "../../../pkg/connector/provisioning/sealing.ts";
import type { ProvisioningVerbs } from "../../../pkg/connector/provisioning/verbs.ts";
import { createPasswordOpener } from "../../../pkg/encryption/password-opener.ts";
import { createSealer } from "../../../pkg/encryption/sealer.ts";
import { createGrpcServer } from "../../../pkg/grpc/server.ts";
import type { Logger } from "../../../pkg/ops/logger.ts";
import type { Context } from "../context.ts";
import { OK } from "../exit-codes.ts";
import { type Runtime, withRuntime } from "../runtime.ts";

/** Calls under way have this long to end; Kubernetes kills after 30 s. */
const GRACE_MS = 10_000;

/** Serves until it is told to stop by a signal, which is no failure. */
export function serveCommand(config: Config, context: Context): Promise<number> {
  return withRuntime(config, context, async (runtime) => {
    const { log, connector, closeFirst } = runtime;
    const provisioning = config.provisioning.enabled ? provisioningVerbs(config, runtime) : undefined;
    if (provisioning !== undefined) runtime.openJournal();
    const server = createGrpcServer({
      connector,
      provisioning,
      clock: context.monotonic,
      onCall({ service, method, code, durationMs, requestBytes, answerBytes, peer, error }) {
        const fields = { service, method, grpcCode: code, requestBytes, answerBytes, peer };
        const timed = { ...fields, durationMs: Math.round(durationMs) };
        if (error === undefined) log.debug("answered", timed);
        else log.failure("answered with a failure", error, timed);
      },
    });
    closeFirst({ name: "the gRPC server", close: () => server.close(GRACE_MS) });
    const { target } = await server.listen(config.service.listen);
    log.info("serving", { address: target, pool: config.poolId });
    if (provisioning !== undefined) void settleLeftovers(runtime, context.signal);
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

function provisioningVerbs(config: Config, { connector, provisioner }: Runtime): ProvisioningVerbs {
  return createProvisioningVerbs({
    provisioner,
    poolId: config.poolId,
    userIdKind: config.userIdKind,
    pool: (signal) => connector.knownPool(signal),
    sealing: sealing(config),
    actions: createActions({ provisioner, newId: randomUUID }),
  });
}

function sealing({ clientSecret }: Config): Sealing {
  const opener = clientSecret === undefined ? undefined : createPasswordOpener(clientSecret);
  return {
    sealer: createSealer,
    open: opener === undefined ? undefined : (encrypted) => opener.open(encrypted),
  };
}

/**
 * Beside the service, which it does not hold up: a change of the same account or group settles what was left of it
 * before it begins.
 */
async function settleLeftovers({ log, provisioner }: Runtime, signal: AbortSignal): Promise<void> {
  try {
    const { settled, failed } = await provisioner.recover(signal);
    for (const { change, outcome, says } of settled) {
      const level = outcome === "partial" || outcome === "unknown" ? "warn" : "info";
      log[level](`settled a change that was cut off: ${says}`, {
        change: change.id,
        kind: change.kind,
        outcome,
      });
    }
    for (const { change, error } of failed) {
      const fields = { change: change.id, kind: change.kind };
      log.failure("a change that was cut off is still open; `connector recover` tries again", error, fields);
    }
  } catch (error) {
    if (!signal.aborted) log.failure("the changes that were cut off could not be settled", error);
  }
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
