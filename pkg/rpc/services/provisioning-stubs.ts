// The services that change the pool, while provisioning is not enabled (D13).
import { provisioningDisabled } from "../../core/provisioning-settings.ts";
import { GrantManagerService } from "../../gen/c1/connector/v2/grant_pb.ts";
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceManagerService,
} from "../../gen/c1/connector/v2/resource_pb.ts";
import { type ServiceRoutes, serviceRoutes } from "../handlers.ts";

/** Refuses every write, dry runs too. */
export const WRITES_DISABLED: readonly ServiceRoutes[] = [
  serviceRoutes(GrantManagerService, { grant: refuse, revoke: refuse }),
  serviceRoutes(ResourceManagerService, { createResource: refuse, deleteResource: refuse }),
  serviceRoutes(ResourceDeleterService, { deleteResourceV2: refuse }),
  serviceRoutes(AccountManagerService, { createAccount: refuse }),
  serviceRoutes(CredentialManagerService, { rotateCredential: refuse, issueCredential: refuse }),
];

function refuse(): never {
  throw provisioningDisabled();
}
