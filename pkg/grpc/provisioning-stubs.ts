// The services that change the pool. Off unless the operator said otherwise (D13).
import { type ErrorCode, GovernanceError } from "../core/errors.ts";
import { GrantManagerService } from "../gen/c1/connector/v2/grant_pb.ts";
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceManagerService,
} from "../gen/c1/connector/v2/resource_pb.ts";
import { type ServiceRoutes, serviceRoutes } from "./handlers.ts";

/** Every write, refused: `failed-precondition` without `--provisioning`, `unimplemented` with it. */
export function provisioningStubs(provisioning: boolean): readonly ServiceRoutes[] {
  const refuse = provisioning
    ? refusal("unimplemented", "this version of the connector makes no changes to the pool")
    : refusal("failed-precondition", "provisioning is not enabled: start the connector with --provisioning");
  return [
    serviceRoutes(GrantManagerService, { grant: refuse, revoke: refuse }),
    serviceRoutes(ResourceManagerService, { createResource: refuse, deleteResource: refuse }),
    serviceRoutes(ResourceDeleterService, { deleteResourceV2: refuse }),
    serviceRoutes(AccountManagerService, { createAccount: refuse }),
    serviceRoutes(CredentialManagerService, { rotateCredential: refuse, issueCredential: refuse }),
  ];
}

function refusal(code: ErrorCode, message: string): () => never {
  return () => {
    throw new GovernanceError(code, message);
  };
}
