import { GovernanceError } from "../core/errors.ts";
import { type Group, signInProvider } from "../core/group.ts";
import type { Budget, BudgetLimit } from "../core/journal.ts";
import { type ProvisioningSettings, provisioningDisabled } from "../core/provisioning-settings.ts";
import { isFederated, type User } from "../core/user.ts";

/** What the operator allows. Every method returns when it is allowed and throws `refused-by-guard` with the cure. */
export interface ProvisioningPolicy {
  enabled(): void;
  /** The group's name alone: for groups that are made, changed, deleted or granted. */
  group(name: string): void;
  /** A group that somebody is to be put into. */
  grantable(group: Group): void;
  role(roleArn: string | undefined, group: string): void;
  /** A membership that Cognito keeps itself comes back at the next sign-in, whatever is done to it (mark 31). */
  notManaged(name: string): void;
  /** Passwords and attributes of a profile that an identity provider owns (mark 29). */
  ownProfile(user: User, what: string): void;
  deletable(user: User): void;
  limits(budgets: readonly Budget[]): readonly BudgetLimit[];
  readonly maxGroupsPerUser: number;
}

const SETTING_OF: Readonly<Record<Budget, string>> = {
  deletions: "--max-deletions-per-hour",
  disables: "--max-disables-per-hour",
  invitations: "--max-invitations-per-hour",
};

export function createProvisioningPolicy(options: ProvisioningSettings, poolId: string): ProvisioningPolicy {
  const { groupsAllow: allow, groupsDeny: deny } = options;
  const limitOf: Readonly<Record<Budget, number>> = {
    deletions: options.maxDeletionsPerHour,
    disables: options.maxDisablesPerHour,
    invitations: options.maxInvitationsPerHour,
  };

  const policy: ProvisioningPolicy = {
    enabled() {
      if (options.enabled) return;
      throw provisioningDisabled();
    },
    group(name) {
      if (deny.some((one) => one.matches(name))) {
        throw refusedByPolicy(
          `group ${name} is denied by --groups-deny; take it out of the patterns to allow it`,
        );
      }
      if (allow.length > 0 && !allow.some((one) => one.matches(name))) {
        throw refusedByPolicy(
          `group ${name} is not among --groups-allow; add it to the patterns to allow it`,
        );
      }
    },
    grantable(group) {
      policy.notManaged(group.name);
      policy.group(group.name);
      policy.role(group.roleArn, group.name);
    },
    role(roleArn, group) {
      if (roleArn === undefined || options.allowRoleGroups) return;
      throw refusedByPolicy(
        `group ${group} carries the IAM role ${roleArn}, which its members may assume; --allow-role-groups allows it`,
      );
    },
    notManaged(name) {
      const provider = signInProvider(poolId, name);
      if (provider === undefined) return;
      throw refusedByPolicy(
        `group ${name} is managed by sign-in: Cognito puts everybody who signs in by ${provider} back; change it at that provider`,
      );
    },
    ownProfile(user, what) {
      if (options.allowFederatedWrites || !isFederated(user)) return;
      throw refusedByPolicy(
        `user ${user.sub} belongs to an identity provider, whose next sign-in decides; ${what} is refused, --allow-federated-writes allows it`,
      );
    },
    deletable(user) {
      if (!options.deleteRequiresDisabled || !user.enabled) return;
      throw refusedByPolicy(
        `user ${user.sub} is enabled, and --delete-requires-disabled is set; disable the account first`,
      );
    },
    maxGroupsPerUser: options.maxGroupsPerUser,
    limits: (budgets) => budgets.map((budget) => ({ budget, limit: limitOf[budget] })),
  };
  return policy;
}

/** The line for an hour that is used up. */
export function budgetRefusal(budget: Budget, limit: number, freeAtMs: number | undefined): GovernanceError {
  const when =
    limit === 0 || freeAtMs === undefined
      ? ""
      : `; the next is possible at ${new Date(freeAtMs).toISOString()}`;
  return refusedByPolicy(
    `${limit} ${budget} an hour are allowed and used up${when}; ${SETTING_OF[budget]} sets how many`,
  );
}

function refusedByPolicy(message: string): GovernanceError {
  return new GovernanceError("refused-by-guard", message);
}
