import type { CredentialOptions, EncryptionConfig } from "../../protocol/messages.ts";
import type { Credential } from "../../provision/provisioner.ts";
import { invalidField } from "../requests.ts";
import type { PasswordSealer, PasswordSealing } from "./sealing.ts";

interface CredentialRequest {
  readonly credentialOptions?: CredentialOptions | undefined;
  readonly encryptionConfigs: readonly EncryptionConfig[];
}

/** The password that is asked for, and how it goes back. */
interface WantedCredential {
  readonly credential: Credential;
  readonly sealer: PasswordSealer;
}

const FIELD = "credential_options";

/**
 * Reads and checks all of it before anything is changed: the caller's keys by a trial (D16), the chosen password by
 * opening it. `byDefault` is what no options at all mean.
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
      "missing; a generated password goes back encrypted only, so without a key nobody could receive it",
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
          "cannot be opened: the connector has no client-secret; set it, or ask otherwise",
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
