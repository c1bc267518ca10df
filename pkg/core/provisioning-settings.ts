import { GovernanceError } from "./errors.ts";
import type { GroupPattern } from "./group-pattern.ts";

/** The bounds that the operator sets to what may be changed (D13). */
export interface ProvisioningSettings {
  /** False: the connector only reads. */
  readonly enabled: boolean;
  /** Empty: all groups. */
  readonly groupsAllow: readonly GroupPattern[];
  /** Takes precedence over `groupsAllow`. */
  readonly groupsDeny: readonly GroupPattern[];
  readonly allowRoleGroups: boolean;
  readonly allowFederatedWrites: boolean;
  readonly deleteRequiresDisabled: boolean;
  /** A user who loses a group is signed out too. A change may ask for the opposite. */
  readonly endSessions: boolean;
  readonly maxDeletionsPerHour: number;
  readonly maxDisablesPerHour: number;
  readonly maxInvitationsPerDay: number;
  /** AWS's quota is 100; a site with a larger quota raises it. */
  readonly maxGroupsPerUser: number;
}

/** The answer to every change when `enabled` is false. */
export function provisioningDisabled(): GovernanceError {
  return new GovernanceError(
    "failed-precondition",
    "provisioning is not enabled: start the connector with --provisioning",
  );
}
