import type { Directory, PermissionProbe } from "../core/directory.ts";
import { GovernanceError } from "../core/errors.ts";
import type { Operation } from "../core/operations.ts";

/** The operations that a sync needs. */
export const NEEDED_TO_READ: readonly Operation[] = [
  "DescribeUserPool",
  "ListUsers",
  "ListGroups",
  "ListUsersInGroup",
  "GetGroup",
];

/** Rejects when IAM denies an operation that reading needs. An unknown permission is not an error. */
export async function requirePermissions(
  directory: Pick<Directory, "probePermissions">,
  signal: AbortSignal,
): Promise<readonly PermissionProbe[]> {
  const probes = await directory.probePermissions(signal);
  const denied = probes.filter(
    (probe) => probe.allowed === false && NEEDED_TO_READ.includes(probe.operation),
  );
  if (denied.length > 0) {
    const actions = denied.map((probe) => `cognito-idp:${probe.operation}`).join(", ");
    throw new GovernanceError(
      "permission-denied",
      `IAM denies ${actions} on this pool: allow it there (connector iam-policy prints the policy)`,
    );
  }
  return probes;
}
