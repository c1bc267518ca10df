import { generateKeyPairSync } from "node:crypto";
import { create } from "@bufbuild/protobuf";
import { afterEach, expect, test } from "vitest";
import { createSealer } from "../pkg/encryption/sealer.ts";
import { EncryptionConfigSchema } from "../pkg/protocol/messages.ts";
import type { UserRef } from "../pkg/provision/provisioner.ts";
import { people, person } from "./cognito/definitions.ts";
import { never } from "./support/adapter.ts";
import { asked } from "./support/provision-stage.ts";
import { createWholeStage, strike } from "./support/whole-stage.ts";

afterEach(strike);

const byText = (value: string): UserRef => ({ by: "text", value });

test("L-06: a change of one membership is one call, however large the group is", async () => {
  const users = people(130, () => ({ groups: ["team"] }));
  const stage = await createWholeStage({
    users: [...users, person(200, { username: "ann" })],
    groups: ["team"],
  });
  await stage.provisioner.grant(byText("ann"), "team", asked, never);
  expect(stage.writes()).toEqual(["AdminAddUserToGroup"]);
  expect(stage.cognito.stats.count("ListUsersInGroup")).toBe(0);
  await stage.provisioner.revoke(byText("ann"), "team", asked, never);
  expect(stage.writes()).toEqual(["AdminAddUserToGroup", "AdminRemoveUserFromGroup"]);
  expect(stage.pool.membershipCount()).toBe(130);
});

test("L-07: given and family name, custom attributes and group descriptions are written and read back", async () => {
  const stage = await createWholeStage({ schema: [{ name: "custom:department" }] });
  const profile = new Map<string, unknown>([
    ["first_name", "Carla"],
    ["family_name", "Núñez"],
    ["department", "Finance"],
  ]);
  const credential = { kind: "none" } as const;
  const account = { login: "carla", emails: ["carla@example.com"], profile, credential };
  await stage.provisioner.createAccount(account, asked, never);
  const fields = { description: "Those who pay", roleArn: undefined, precedence: 3 };
  await stage.provisioner.createGroup("finance", fields, asked, never);

  const { connector } = stage;
  const page = { pageToken: "", pageSize: 0 };
  const users = await connector.listResources("user", undefined, page, never);
  expect(users.items[0]?.build().profile).toMatchObject({
    given_name: "Carla",
    family_name: "Núñez",
    "custom:department": "Finance",
  });
  const groups = await connector.listResources("group", undefined, page, never);
  expect(groups.items[0]?.build()).toMatchObject({ description: "Those who pay" });
});

test("L-16: groups are made, changed and deleted, attributes updated and passwords set", async () => {
  const stage = await createWholeStage({ users: [person(1, { username: "ann" })] });
  const { provisioner } = stage;
  const none = { description: undefined, roleArn: undefined, precedence: undefined };
  await provisioner.createGroup("team", none, asked, never);
  await provisioner.updateGroup("team", { description: "Team" }, asked, never);
  await provisioner.deleteGroup("team", asked, never);
  const change = { set: new Map([["nickname", "Annie"]]), remove: [] };
  await provisioner.updateAttributes(byText("ann"), change, asked, never);
  const rotated = await provisioner.rotateCredential(
    byText("ann"),
    { kind: "random", temporary: false },
    asked,
    never,
  );
  expect(stage.writes()).toEqual([
    "CreateGroup",
    "UpdateGroup",
    "DeleteGroup",
    "AdminUpdateUserAttributes",
    "AdminSetUserPassword",
  ]);
  expect(stage.pool.stored("ann")?.passwords[0]).toBe(rotated.result.password?.reveal());
});

test("L-23: a password is returned encrypted, and a lost one can be replaced", async () => {
  const stage = await createWholeStage();
  const { publicKey } = generateKeyPairSync("ed25519");
  const config = create(EncryptionConfigSchema, {
    config: {
      case: "jwkPublicKeyConfig",
      value: { pubKey: new TextEncoder().encode(JSON.stringify(publicKey.export({ format: "jwk" }))) },
    },
  });
  const sealer = await createSealer([config]);
  const credential = { kind: "random", temporary: true } as const;
  const account = { login: "carl", emails: ["carl@example.com"], profile: new Map(), credential };
  const created = await stage.provisioner.createAccount(account, asked, never);
  const first = created.result.password;
  const rotated = await stage.provisioner.rotateCredential(byText("carl"), credential, asked, never);
  const second = rotated.result.password;
  if (first === undefined || second === undefined) throw new Error("no password");
  expect(stage.pool.stored("carl")?.passwords).toEqual([second.reveal(), first.reveal()]);
  const [sealed] = await sealer.seal("password", "", second);
  const bytes = Buffer.from(sealed?.encryptedBytes ?? []).toString("latin1");
  expect(bytes.length).toBeGreaterThan(100);
  expect(bytes).not.toContain(second.reveal());
  await stage.provisioner.resendInvitation(byText("carl"), { deliverBy: undefined }, asked, never);
  expect(stage.pool.stored("carl")?.invitations).toBe(1);
});

test("L-15: changes are made under an assumed role too", async () => {
  const roleArn = "arn:aws:iam::123456789012:role/governance";
  const stage = await createWholeStage(
    { users: [person(1, { username: "ann" })] },
    {
      credentials: (url) => ({
        kind: "static",
        accessKeyId: "AKIDKEYS",
        secretAccessKey: "keys-secret",
        assumeRole: {
          roleArn,
          sessionName: "connector",
          externalId: "tenant-7",
          durationSeconds: 900,
          stsEndpoint: url,
        },
      }),
    },
    {
      credentials: [{ accessKeyId: "AKIDKEYS", secretAccessKey: "keys-secret" }],
      roles: [{ arn: roleArn, externalId: "tenant-7" }],
    },
  );
  await stage.provisioner.disableUser(byText("ann"), { signOut: true }, asked, never);
  const assumed = stage.cognito.assumedRoles.map(({ accessKeyId }) => accessKeyId);
  expect(assumed).toHaveLength(1);
  const callers = new Set(
    stage.cognito.stats.calls.map(({ operation, accessKeyId }) =>
      operation === "AssumeRole" ? assumed[0] : accessKeyId,
    ),
  );
  expect([...callers]).toEqual(assumed);
  expect(stage.pool.stored("ann")?.enabled).toBe(false);
});
