import { create } from "@bufbuild/protobuf";
import { USER_TYPE } from "../../protocol/ids.ts";
import { RotateCredentialResponseSchema } from "../../protocol/messages.ts";
import type { Credential } from "../../provision/provisioner.ts";
import { dryRunAnnotations } from "../outcome-notes.ts";
import { completeId, invalidField, notOffered, userRef } from "../requests.ts";
import { wantedCredential } from "./credential-options.ts";
import { sealedPassword } from "./sealing.ts";
import type { ProvisioningOptions, ProvisioningVerbs } from "./verbs.ts";

/** A rotation without options. */
const RANDOM: Credential = { kind: "random", temporary: false };

export function credentialVerbs({
  provisioner,
  sealing,
}: Pick<ProvisioningOptions, "provisioner" | "sealing">): Pick<ProvisioningVerbs, "rotateCredential"> {
  return {
    async rotateCredential(request, context, signal) {
      const id = completeId(request.resourceId, "resource_id");
      if (id.resourceType !== USER_TYPE) {
        throw notOffered("resource_id.resource_type", id.resourceType, "rotating a credential");
      }
      if (request.credentialOptions?.options.case === "noPassword") {
        throw invalidField(
          "credential_options.no_password",
          "a rotation needs a password; give random_password or encrypted_password",
        );
      }
      const { credential, sealer } = await wantedCredential(request, sealing, RANDOM);
      const outcome = await provisioner.rotateCredential(userRef(id), credential, context, signal);
      const { user, password } = outcome.result;
      return create(RotateCredentialResponseSchema, {
        encryptedData: await sealedPassword(sealer, password, `user ${user.sub} has a new password`),
        resourceId: id,
        annotations: dryRunAnnotations(context, outcome),
      });
    },
  };
}
