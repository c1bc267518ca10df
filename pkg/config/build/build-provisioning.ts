import type { Config } from "../config.ts";
import type { Settings } from "../sources/read-settings.ts";

export function buildProvisioning({
  values,
}: Settings): Pick<Config, "provisioning" | "dryRun" | "justification" | "clientMetadata" | "clientSecret"> {
  return {
    provisioning: {
      enabled: values.provisioning,
      groupsAllow: values["groups-allow"] ?? [],
      groupsDeny: values["groups-deny"] ?? [],
      allowRoleGroups: values["allow-role-groups"],
      allowFederatedWrites: values["allow-federated-writes"],
      deleteRequiresDisabled: values["delete-requires-disabled"],
      endSessions: values["end-sessions"],
      maxDeletionsPerHour: values["max-deletions-per-hour"],
      maxDisablesPerHour: values["max-disables-per-hour"],
      maxInvitationsPerDay: values["max-invitations-per-day"],
      maxGroupsPerUser: values["max-groups-per-user"],
    },
    dryRun: values["dry-run"],
    justification: values.reason,
    clientMetadata: values["client-metadata"],
    clientSecret: values["client-secret"],
  };
}
