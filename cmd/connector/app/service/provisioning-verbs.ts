import { randomUUID } from "node:crypto";
import type { Config } from "../../../../pkg/config/config.ts";
import { createActions } from "../../../../pkg/connector/actions/create-actions.ts";
import { createProvisioningVerbs } from "../../../../pkg/connector/provisioning/create-verbs.ts";
import type { PasswordSealing } from "../../../../pkg/connector/provisioning/sealing.ts";
import type { ProvisioningVerbs } from "../../../../pkg/connector/provisioning/verbs.ts";
import { createPasswordOpener } from "../../../../pkg/encryption/password-opener.ts";
import { createSealer } from "../../../../pkg/encryption/sealer.ts";
import type { Metrics } from "../../../../pkg/ops/metrics/metrics.ts";
import type { Runtime } from "../compose.ts";

/** The write verbs of the Baton protocol. Throws `invalid-argument` when the client secret is malformed. */
export function provisioningVerbs(
  config: Config,
  { connector, provisioner }: Runtime,
  metrics: Metrics | undefined,
): ProvisioningVerbs {
  return createProvisioningVerbs({
    provisioner,
    poolId: config.poolId,
    userIdKind: config.userIdKind,
    pool: (signal) => connector.cachedPool(signal),
    sealing: sealing(config),
    actions: createActions({ provisioner, newId: randomUUID, onFull: () => metrics?.boundMet("actions") }),
  });
}

function sealing({ clientSecret }: Config): PasswordSealing {
  const opener = clientSecret === undefined ? undefined : createPasswordOpener(clientSecret);
  return {
    sealer: createSealer,
    open: opener === undefined ? undefined : (encrypted) => opener.open(encrypted),
  };
}
