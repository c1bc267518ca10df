// The services that change the pool. Each handler is one verb.
import type { ProvisioningVerbs } from "../../connector/provisioning/verbs.ts";
import { GovernanceError } from "../../core/errors.ts";
import { GrantManagerService } from "../../gen/c1/connector/v2/grant_pb.ts";
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceManagerService,
} from "../../gen/c1/connector/v2/resource_pb.ts";
import { type HandlerCall, type ServiceRoutes, serviceRoutes } from "../handlers.ts";
import { writeContext } from "./write-context.ts";

export function writeServices(verbs: ProvisioningVerbs): readonly ServiceRoutes[] {
  type Deletion = Parameters<ProvisioningVerbs["deleteResource"]>[0];
  const deleteResource = (request: Deletion, signal: AbortSignal, call: HandlerCall) =>
    verbs.deleteResource(request, writeContext(call), signal);
  return [
    serviceRoutes(GrantManagerService, {
      grant: (request, signal, call) => verbs.grant(request, writeContext(call), signal),
      revoke: (request, signal, call) => verbs.revoke(request, writeContext(call), signal),
    }),
    serviceRoutes(ResourceManagerService, {
      createResource: (request, signal, call) => verbs.createResource(request, writeContext(call), signal),
      deleteResource,
    }),
    serviceRoutes(ResourceDeleterService, { deleteResourceV2: deleteResource }),
    serviceRoutes(AccountManagerService, {
      createAccount: (request, signal, call) => verbs.createAccount(request, writeContext(call), signal),
    }),
    serviceRoutes(CredentialManagerService, {
      rotateCredential: (request, signal, call) =>
        verbs.rotateCredential(request, writeContext(call), signal),
      issueCredential: ({ identityId }) => {
        if (identityId === undefined) {
          throw new GovernanceError("invalid-argument", "identity_id: missing; name the identity");
        }
        throw new GovernanceError(
          "unimplemented",
          "issuing credentials is not offered: Cognito users have one password; rotate it",
        );
      },
    }),
  ];
}
