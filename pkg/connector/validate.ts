import type { Directory } from "../core/directory.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Operation } from "../core/operations.ts";

/** Rejects when IAM denies one of the operations. An unknown permission is not an error. */
export async function requirePermissions(
  directory: Pick<Directory, "probePermissions">,
  needed: readonly Operation[],
  signal: AbortSignal,
): Promise<void> {
  const probes = await directory.probePermissions(needed, signal);
  const denied = probes.filter((probe) => probe.allowed === false && needed.includes(probe.operation));
  if (denied.length === 0) return;
  const actions = denied.map((probe) => `cognito-idp:${probe.operation}`).join(", ");
  throw new GovernanceError(
    "permission-denied",
    `IAM denies ${actions} on this pool: allow it there (connector iam-policy prints the policy)`,
  );
}
