// The services that change the pool, off unless the operator said otherwise (D13).
import { provisioningDisabled } from "../../core/provisioning-settings.ts";
import { GrantManagerService } from "../../gen/c1/connector/v2/grant_pb.ts";
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceManagerService,
} from "../../gen/c1/connector/v2/resource_pb.ts";
import { type ServiceRoutes, serviceRoutes } from "../handlers.ts";

/** Every write, refused; dry runs too. */
export const PROVISIONING_OFF: readonly ServiceRoutes[] = [
  serviceRoutes(GrantManagerService, { grant: refuse, revoke: refuse }),
  serviceRoutes(ResourceManagerService, { createResource: refuse, deleteResource: refuse }),
  serviceRoutes(ResourceDeleterService, { deleteResourceV2: refuse }),
  serviceRoutes(AccountManagerService, { createAccount: refuse }),
  serviceRoutes(CredentialManagerService, { rotateCredential: refuse, issueCredential: refuse }),
];

function refuse(): never {
  throw provisioningDisabled();
}
