import { GovernanceError } from "../core/errors.ts";
import { signInProvider } from "../core/group.ts";
import { BUDGET_WINDOWS, type Budget, type BudgetLimit } from "../core/journal.ts";
import { type ProvisioningSettings, provisioningDisabled } from "../core/provisioning-settings.ts";
import { isFederated, type User } from "../core/user.ts";

/** What the operator allows. A method returns when the change is allowed, and throws `refused-by-guard` with the cure. */
export interface ProvisioningPolicy {
  enabled(): void;
  /** Checks the name of a group that is created, changed, deleted or granted. */
  group(name: string): void;
  role(roleArn: string | undefined, group: string): void;
  /** Of a group of which `denied` hides whether it has an IAM role. */
  unknownRole(group: string, denied: GovernanceError): void;
  /** Refuses groups that Cognito manages: a sign-in restores the membership, whatever was changed (mark 31). */
  notManaged(name: string): void;
  /** Refuses passwords and attributes of a profile that an identity provider owns (mark 29). `what` is the changed thing. */
  ownProfile(user: User, what: string): void;
  deletable(user: User): void;
  limits(budgets: readonly Budget[]): readonly BudgetLimit[];
  readonly maxGroupsPerUser: number;
  /** Whether a user who loses a group is signed out, where the change does not say. */
  readonly endSessions: boolean;
}

/** The setting that limits each. */
export const SETTING_OF_BUDGET: Readonly<Record<Budget, string>> = {
  deletions: "--max-deletions-per-hour",
  disables: "--max-disables-per-hour",
  invitations: "--max-invitations-per-day",
};

const ONE_WINDOW = { hour: "an hour", day: "a day" } as const;

export function createProvisioningPolicy(options: ProvisioningSettings, poolId: string): ProvisioningPolicy {
  const { groupsAllow: allow, groupsDeny: deny } = options;
  const limitOf: Readonly<Record<Budget, number>> = {
    deletions: options.maxDeletionsPerHour,
    disables: options.maxDisablesPerHour,
    invitations: options.maxInvitationsPerDay,
  };

  return {
    enabled() {
      if (options.enabled) return;
      throw provisioningDisabled();
    },
    group(name) {
      if (deny.some((one) => one.matches(name))) {
        throw refusedByPolicy(`group ${name} matches --groups-deny; remove it from the patterns to allow it`);
      }
      if (allow.length > 0 && !allow.some((one) => one.matches(name))) {
        throw refusedByPolicy(
          `group ${name} does not match --groups-allow; add it to the patterns to allow it`,
        );
      }
    },
    role(roleArn, group) {
      if (roleArn === undefined || options.allowRoleGroups) return;
      throw refusedByPolicy(
        `group ${group} has the IAM role ${roleArn}, which its members may assume; set --allow-role-groups to allow it`,
      );
    },
    unknownRole(group, denied) {
      if (options.allowRoleGroups) return;
      throw refusedByPolicy(
        `group ${group}: a grant is not safe, because it cannot be read whether the group has an IAM role (${denied.message})`,
      );
    },
    notManaged(name) {
      const provider = signInProvider(poolId, name);
      if (provider === undefined) return;
      throw refusedByPolicy(
        `group ${name} is managed by sign-in: Cognito adds every user who signs in with ${provider} again; change it at that provider`,
      );
    },
    ownProfile(user, what) {
      if (options.allowFederatedWrites || !isFederated(user)) return;
      throw refusedByPolicy(
        `user ${user.sub} belongs to an identity provider, so ${what} is refused: the next sign-in there may overwrite it; set --allow-federated-writes to allow it`,
      );
    },
    deletable(user) {
      if (!options.deleteRequiresDisabled || !user.enabled) return;
      throw refusedByPolicy(
        `user ${user.sub} is enabled, and --delete-requires-disabled is set; disable the user first`,
      );
    },
    maxGroupsPerUser: options.maxGroupsPerUser,
    endSessions: options.endSessions,
    limits: (budgets) => budgets.map((budget) => ({ budget, limit: limitOf[budget] })),
  };
}

/** The refusal when the limit of a window is reached. */
export function budgetRefusal(budget: Budget, limit: number, freeAtMs: number | undefined): GovernanceError {
  const when =
    limit === 0 || freeAtMs === undefined
      ? ""
      : `; the next is possible at ${new Date(freeAtMs).toISOString()}`;
  return refusedByPolicy(
    `the limit of ${limit} ${budget} ${ONE_WINDOW[BUDGET_WINDOWS[budget].name]} is reached, none is left${when}; ${SETTING_OF_BUDGET[budget]} sets the limit`,
  );
}

function refusedByPolicy(message: string): GovernanceError {
  return new GovernanceError("refused-by-guard", message);
}
