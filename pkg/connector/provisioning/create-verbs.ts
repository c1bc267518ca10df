import { accountVerbs } from "./accounts.ts";
import { credentialVerbs } from "./credentials.ts";
import { grantVerbs } from "./grants.ts";
import { resourceVerbs } from "./resources.ts";
import type { ProvisioningOptions, ProvisioningVerbs } from "./verbs.ts";

/** The verbs have no state, so calls may run in parallel. */
export function createProvisioningVerbs(options: ProvisioningOptions): ProvisioningVerbs {
  return {
    ...grantVerbs(options),
    ...accountVerbs(options),
    ...credentialVerbs(options),
    ...resourceVerbs(options),
    actions: options.actions,
  };
}
