import { Buffer } from "node:buffer";
import { create } from "@bufbuild/protobuf";
import { createActions } from "../../pkg/connector/actions/create-actions.ts";
import type { UserIdKind } from "../../pkg/connector/connector.ts";
import { createProvisioningVerbs } from "../../pkg/connector/provisioning/create-verbs.ts";
import type { PasswordSealing } from "../../pkg/connector/provisioning/sealing.ts";
import type { ProvisioningVerbs, WriteContext } from "../../pkg/connector/provisioning/verbs.ts";
import { GovernanceError } from "../../pkg/core/errors.ts";
import { Secret } from "../../pkg/core/secret.ts";
import { type EncryptedData, EncryptedDataSchema } from "../../pkg/protocol/messages.ts";
import type { Provisioner } from "../../pkg/provision/provisioner.ts";
import { POOL, somePool } from "./fake-directory.ts";
import { type FakeProvisioner, fakeProvisioner } from "./fake-provisioner.ts";

/** The request of a peer, not a dry run. */
export const REAL: WriteContext = { requester: { via: "grpc", name: "peer" }, dryRun: false };
export const DRY: WriteContext = { ...REAL, dryRun: true };

/** "Seals" as hexadecimal, so that a test can read the result; a config of provider "bad" is refused. */
export const fakeSealing: PasswordSealing = {
  async sealer(configs) {
    if (configs.some(({ provider }) => provider === "bad")) {
      throw new GovernanceError("invalid-argument", "encryption_configs[0].provider is not known");
    }
    return {
      recipients: configs.length,
      seal: async (name, description, secret) =>
        configs.map(({ provider }) =>
          create(EncryptedDataSchema, {
            provider,
            name,
            description,
            encryptedBytes: Uint8Array.from(Buffer.from(Buffer.from(secret.reveal()).toString("hex"))),
          }),
        ),
    };
  },
  open: async (encrypted) => new Secret(Buffer.from(textOf(encrypted), "hex").toString()),
};

/** What `fakeSealing` made of a password, opened again. */
export function unsealed(encrypted: readonly EncryptedData[]): string[] {
  return encrypted.map((one) => Buffer.from(textOf([one]), "hex").toString());
}

function textOf([first]: readonly EncryptedData[]): string {
  return Buffer.from(first?.encryptedBytes ?? new Uint8Array()).toString();
}

export interface FakeVerbs extends FakeProvisioner {
  readonly verbs: ProvisioningVerbs;
  /** How often the pool's settings were read. */
  readonly poolReads: () => number;
}

export interface FakeVerbsOptions {
  readonly sealing?: PasswordSealing;
  readonly userIdKind?: UserIdKind;
  readonly pool?: () => Promise<never>;
}

/** The write verbs over a provisioner whose every verb succeeds; a test replaces what it needs. */
export function fakeVerbs(different: Partial<Provisioner> = {}, options: FakeVerbsOptions = {}): FakeVerbs {
  const fake = fakeProvisioner(different);
  let reads = 0;
  let ids = 0;
  const verbs = createProvisioningVerbs({
    provisioner: fake.provisioner,
    poolId: POOL,
    userIdKind: options.userIdKind ?? "sub",
    pool: async () => {
      reads += 1;
      return options.pool === undefined ? somePool() : await options.pool();
    },
    sealing: options.sealing ?? fakeSealing,
    actions: createActions({
      provisioner: fake.provisioner,
      newId: () => {
        ids += 1;
        return `run-${ids}`;
      },
    }),
  });
  return { ...fake, verbs, poolReads: () => reads };
}
