// The messages of hostile callers.
import { generateKeyPairSync } from "node:crypto";
import { create, type DescMethod, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { GrantManagerService } from "../../pkg/gen/c1/connector/v2/grant_pb.ts";
import { AccountManagerService, ResourcesService } from "../../pkg/gen/c1/connector/v2/resource_pb.ts";
import type { Target } from "./target.ts";

export interface Message {
  readonly path: string;
  readonly body: Uint8Array;
}

function message<M extends DescMethod>(method: M, init: MessageInitShape<M["input"]>): Message {
  const input: M["input"] = method.input;
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    body: toBinary(input, create(input, init)),
  };
}

export const listing = (resourceTypeId: "user" | "group"): Message =>
  message(ResourcesService.method.listResources, { resourceTypeId });

export function grant({ sub }: Target, group: string): Message {
  return message(GrantManagerService.method.grant, {
    entitlement: {
      id: `group:${group}:member`,
      resource: { id: { resourceType: "group", resource: group } },
    },
    principal: { id: { resourceType: "user", resource: sub } },
  });
}

const account = (more: object): Message =>
  message(AccountManagerService.method.createAccount, {
    accountInfo: { login: "hostile", emails: [{ address: "hostile@example.com", isPrimary: true }] },
    ...more,
  });

/** A password that is to be encrypted to so many keys. */
export function accountWithKeys(keys: number): Message {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-521" });
  const pubKey = Buffer.from(JSON.stringify(publicKey.export({ format: "jwk" })));
  const encryptionConfigs = Array.from({ length: keys }, () => ({
    config: { case: "jwkPublicKeyConfig" as const, value: { pubKey } },
  }));
  const credentialOptions = { options: { case: "randomPassword" as const, value: { length: 20n } } };
  return account({ encryptionConfigs, credentialOptions });
}

/** Just below the size of a message. */
export function accountWithProfile(members: number): Message {
  const entries = Array.from({ length: members }, (_, at) => [`a${String(at)}`, true] as const);
  return account({
    accountInfo: {
      login: "hostile",
      emails: [{ address: "hostile@example.com", isPrimary: true }],
      profile: Object.fromEntries(entries),
    },
  });
}
