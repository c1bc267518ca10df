import { randomUUID } from "node:crypto";
import type { Config } from "../../../../pkg/config/config.ts";
import { createActions } from "../../../../pkg/connector/actions/create-actions.ts";
import { createProvisioningVerbs } from "../../../../pkg/connector/provisioning/create-verbs.ts";
import type { PasswordSealing } from "../../../../pkg/connector/provisioning/sealing.ts";
import type { ProvisioningVerbs } from "../../../../pkg/connector/provisioning/verbs.ts";
import { createPasswordOpener } from "../../../../pkg/encryption/password-opener.ts";
import { createSealer } from "../../../../pkg/encryption/sealer.ts";
import type { Runtime } from "../runtime.ts";

/** The write verbs over the runtime. Throws `invalid-argument` for a client secret that is none. */
export function provisioningVerbs(config: Config, { connector, provisioner }: Runtime): ProvisioningVerbs {
  return createProvisioningVerbs({
    provisioner,
    poolId: config.poolId,
    userIdKind: config.userIdKind,
    pool: (signal) => connector.cachedPool(signal),
    sealing: sealing(config),
    actions: createActions({ provisioner, newId: randomUUID }),
  });
}

function sealing({ clientSecret }: Config): PasswordSealing {
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
export async function settleLeftovers({ log, provisioner }: Runtime, signal: AbortSignal): Promise<void> {
  try {
    const { recovered, failed } = await provisioner.recover(signal);
    for (const { change, outcome, says } of recovered) {
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
