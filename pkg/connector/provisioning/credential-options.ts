import type { CredentialOptions, EncryptionConfig } from "../../protocol/messages.ts";
import type { Credential } from "../../provision/provisioner.ts";
import { invalidField } from "../requests.ts";
import type { AnswerSealer, PasswordSealing } from "./sealing.ts";

interface CredentialRequest {
  readonly credentialOptions?: CredentialOptions | undefined;
  readonly encryptionConfigs: readonly EncryptionConfig[];
}

/** The requested password, and how it is returned. */
interface WantedCredential {
  readonly credential: Credential;
  readonly sealer: AnswerSealer;
}

const FIELD = "credential_options";

/**
 * Reads and checks everything before anything is changed: encrypts a trial text to the caller's keys (D16), and decrypts the
 * chosen password. `byDefault` is used when the request has no options.
 */
export async function wantedCredential(
  { credentialOptions, encryptionConfigs }: CredentialRequest,
  sealing: PasswordSealing,
  byDefault: Credential,
): Promise<WantedCredential> {
  const credential =
    credentialOptions === undefined
      ? byDefault
      : await credentialOf(credentialOptions, encryptionConfigs, sealing);
  const sealer = await sealing.sealer(encryptionConfigs);
  if (credential.kind === "random" && sealer.recipients === 0) {
    throw invalidField(
      "encryption_configs",
      "missing; a generated password is returned only encrypted, so it needs a key",
    );
  }
  return { credential, sealer };
}

async function credentialOf(
  { options, forceChangeAtNextLogin: temporary }: CredentialOptions,
  configs: readonly EncryptionConfig[],
  sealing: PasswordSealing,
): Promise<Credential> {
  switch (options.case) {
    case "randomPassword": {
      const { length, constraints } = options.value;
      return {
        kind: "random",
        length: length === 0n ? undefined : Number(length),
        constraints: constraints.map(({ charSet, minCount }) => ({ charSet, minCount })),
        temporary,
      };
    }
    case "noPassword":
      return { kind: "none" };
    case "encryptedPassword": {
      const field = `${FIELD}.encrypted_password`;
      if (configs.length > 0) {
        throw invalidField(
          "encryption_configs",
          `must be empty with ${field}: a given password is not handed back`,
        );
      }
      if (sealing.open === undefined) {
        throw invalidField(
          field,
          "cannot be decrypted: the connector has no client-secret; set it, or use another option",
        );
      }
      const password = await sealing.open(options.value.encryptedPasswords);
      return { kind: "given", password, temporary };
    }
    case "sso":
      throw invalidField(
        `${FIELD}.sso`,
        "Cognito makes a federated profile itself, at the first sign-in through the provider; use no_password",
      );
    case undefined:
      throw invalidField(
        FIELD,
        "no option is set; give random_password, no_password or encrypted_password, or leave it out",
      );
  }
}
