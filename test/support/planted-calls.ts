// The changes over gRPC with planted texts: those that succeed, and those that are refused.
import type { DescMethod, JsonObject, MessageInitShape } from "@bufbuild/protobuf";
import { ActionService } from "../../pkg/gen/c1/connector/v2/action_pb.ts";
import { GrantManagerService } from "../../pkg/gen/c1/connector/v2/grant_pb.ts";
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceDeleterService,
  ResourceGetterService,
  ResourceManagerService,
} from "../../pkg/gen/c1/connector/v2/resource_pb.ts";
import type { EncryptedData } from "../../pkg/protocol/messages.ts";
import { DESCRIPTION, emailOf, NAME, PASSWORD, PHONE, SUBS, VALUE, WEAK } from "./planted.ts";

export interface PlantedCall {
  readonly method: DescMethod;
  readonly request: MessageInitShape<DescMethod["input"]>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Keys {
  readonly recipient: string;
  /** Seals a password to the key of the client secret. */
  readonly sealed: (password: string) => Promise<EncryptedData>;
}

function call<M extends DescMethod>(
  method: M,
  request: MessageInitShape<M["input"]>,
  headers: Readonly<Record<string, string>> = {},
): PlantedCall {
  return { method, request, headers };
}

const { grant, revoke } = GrantManagerService.method;
const { createAccount } = AccountManagerService.method;
const { rotateCredential, issueCredential } = CredentialManagerService.method;
const { createResource, deleteResource } = ResourceManagerService.method;
const { deleteResourceV2 } = ResourceDeleterService.method;
const { getResource } = ResourceGetterService.method;
const { invokeAction } = ActionService.method;

const user = (resource: string) => ({ id: { resourceType: "user", resource } });
const group = (resource: string) => ({ id: { resourceType: "group", resource } });
const member = (name: string) => ({ id: `group:${name}:member`, resource: group(name) });
const age = (recipient: string) => ({
  config: { case: "ageRecipientConfig" as const, value: { recipient } },
});
const jwk = (text: string) => ({
  config: { case: "jwkPublicKeyConfig" as const, value: { pubKey: Buffer.from(text) } },
});
const random = {
  options: { case: "randomPassword" as const, value: { length: 20n } },
  forceChangeAtNextLogin: false,
};
const given = (encryptedPasswords: readonly EncryptedData[]) => ({
  options: { case: "encryptedPassword" as const, value: { encryptedPasswords: [...encryptedPasswords] } },
});

function action(name: string, args: JsonObject): PlantedCall {
  return call(invokeAction, { name, args });
}

function account(login: string, more: object = {}, profile: JsonObject = {}): PlantedCall {
  const accountInfo = {
    login: `${NAME}-${login}`,
    emails: [{ address: emailOf(login), isPrimary: true }],
    profile: { name: VALUE, phone_number: PHONE, "custom:note": VALUE, ...profile },
  };
  return call(createAccount, { accountInfo, ...more });
}

/** Every verb and every action. `turn` gives each round its own new accounts and groups. */
export async function changes(turn: number, { recipient, sealed }: Keys): Promise<readonly PlantedCall[]> {
  return [
    action("confirm_sign_up", { user_id: SUBS.signedUp }),
    action("resend_invitation", { user_id: SUBS.pending }),
    account(`new-${turn}`),
    account(`random-${turn}`, { credentialOptions: random, encryptionConfigs: [age(recipient)] }),
    account(`given-${turn}`, { credentialOptions: given([await sealed(PASSWORD)]) }),
    account(`invited-${turn}`, {}, { sendInviteEmail: true }),
    call(rotateCredential, {
      resourceId: user(SUBS.twin).id,
      credentialOptions: random,
      encryptionConfigs: [age(recipient)],
    }),
    call(rotateCredential, {
      resourceId: user(SUBS.other).id,
      credentialOptions: given([await sealed(`${PASSWORD}2`)]),
    }),
    call(grant, { entitlement: member("crew"), principal: { ...user(SUBS.ann), displayName: VALUE } }),
    call(revoke, { grant: { id: "any", entitlement: member("team"), principal: user(SUBS.ann) } }),
    call(createResource, { resource: { ...group(`band-${turn}`), description: DESCRIPTION } }),
    call(deleteResource, { resourceId: group("club").id }),
    action("disable_user", { user_id: SUBS.ann }),
    action("enable_user", { user_id: { resource_type_id: "user", resource_id: SUBS.disabled } }),
    action("update_user_attributes", {
      user_id: SUBS.other,
      set: { nickname: `${VALUE}${turn}`, "custom:note": `${VALUE}${turn}`, "custom:level": "7" },
      delete: ["locale"],
      email: emailOf(`moved-${turn}`),
      phone_number: `${PHONE}${turn % 10}`,
      phone_number_verified: true,
    }),
    action("set_password", { user_id: SUBS.twin, password: PASSWORD, permanent: true }),
    action("reset_mfa", { user_id: SUBS.ann }),
    action("sign_out_user", { user_id: SUBS.other }),
    action("update_group", { group_id: "team", description: `${DESCRIPTION}${turn}` }),
    action("reset_password", { user_id: SUBS.other }),
    call(deleteResourceV2, { resourceId: user(SUBS.unconfirmed).id }),
  ];
}

/** Invalid requests, and requests for what does not exist. */
export async function refusals({ recipient, sealed }: Keys): Promise<readonly PlantedCall[]> {
  const privateJwk = `{"kty":"OKP","crv":"Ed25519","x":"${"A".repeat(43)}","d":"${VALUE}"}`;
  const ids = [emailOf("ann"), emailOf("nobody"), `${NAME}-nobody`, `${PASSWORD}-id`];
  const profiles: readonly JsonObject[] = [
    { "custom:level": VALUE },
    { "custom:level": 5557391846 },
    { "custom:none": VALUE },
    { "custom:fixed": [VALUE] },
    { "custom:note": VALUE.repeat(9) },
    { name: { first: VALUE } },
    { phone_number: PHONE.slice(1) },
    { email: `${VALUE}@@` },
    { email: emailOf("else") },
    { birthdate: VALUE },
    { email_verified: VALUE },
    { sendInviteEmail: VALUE },
    { password: PASSWORD },
    { login: `${NAME}-else` },
    { "\u202e\n\"k'\u0000": VALUE },
    { ["k".repeat(3000)]: VALUE },
  ];
  const wrong: readonly (readonly [string, JsonObject])[] = [
    ["disable_user", { user_id: { id: VALUE } }],
    ["disable_user", { user_id: SUBS.ann, sign_out: VALUE }],
    ["disable_user", { user_id: SUBS.ann, user: emailOf("ann") }],
    ["update_user_attributes", { user_id: SUBS.ann, set: VALUE }],
    ["update_user_attributes", { user_id: SUBS.ann, set: { "custom:fixed": VALUE } }],
    ["update_user_attributes", { user_id: SUBS.ann, set: { email: VALUE }, email: emailOf("b") }],
    ["update_user_attributes", { user_id: SUBS.ann, email: VALUE }],
    ["update_user_attributes", { user_id: SUBS.ann, phone_number: PHONE.slice(1) }],
    ["update_user_attributes", { user_id: SUBS.ann, email_verified: VALUE }],
    ["update_user_attributes", { user_id: SUBS.ann, delete: [{ name: VALUE }] }],
    ["set_password", { user_id: SUBS.ann, password: WEAK }],
    ["set_password", { user_id: SUBS.ann, password: { text: PASSWORD } }],
    ["set_password", { user_id: SUBS.ann, password: PASSWORD, permanent: PASSWORD }],
    ["set_password", { user_id: { password: PASSWORD }, password: PASSWORD }],
    ["update_group", { group_id: "crew", description: DESCRIPTION.repeat(200) }],
    ["update_group", { group_id: "crew", precedence: VALUE }],
    ["update_group", { group_id: "crew", role_arn: VALUE }],
  ];
  const rotate = (more: object): PlantedCall =>
    call(rotateCredential, { resourceId: user(SUBS.ann).id, credentialOptions: random, ...more });
  const broken = { ...(await sealed(PASSWORD)), encryptedBytes: Buffer.from(PASSWORD) };
  return [
    ...ids.flatMap((id) => [
      call(grant, { entitlement: member("crew"), principal: user(id) }),
      call(revoke, { grant: { id: "any", entitlement: member("crew"), principal: user(id) } }),
      call(deleteResource, { resourceId: user(`${id}x`).id }),
      call(rotateCredential, { resourceId: user(id).id, encryptionConfigs: [age(recipient)] }),
      call(getResource, { resourceId: user(id).id }),
      action("enable_user", { user_id: id }),
      action("set_password", { user_id: id, password: PASSWORD }),
    ]),
    ...profiles.map((profile) => account("new", {}, profile)),
    ...wrong.map(([name, args]) => action(name, args)),
    account("ann", {}, { name: `${VALUE}9` }),
    account("new".repeat(60)),
    call(createAccount, { accountInfo: { login: `${NAME} \u0007`, emails: [{ address: VALUE }] } }),
    call(createAccount, {
      accountInfo: { login: emailOf("a"), emails: [{ address: `${VALUE} b@example.com` }] },
    }),
    account("new", { credentialOptions: given([await sealed(WEAK)]) }),
    account("new", { credentialOptions: given([broken]) }),
    account("new", { credentialOptions: given([{ ...broken, keyIds: [VALUE] }]) }),
    account("new", {
      credentialOptions: given([await sealed(PASSWORD)]),
      encryptionConfigs: [age(recipient)],
    }),
    account("new", { credentialOptions: random }),
    rotate({ encryptionConfigs: [age(`AGE-SECRET-KEY-1${VALUE}`)] }),
    rotate({ encryptionConfigs: [age(VALUE)] }),
    rotate({ encryptionConfigs: [jwk(privateJwk)] }),
    rotate({ encryptionConfigs: [jwk(`${privateJwk}}`)] }),
    rotate({ encryptionConfigs: [{ ...jwk(PASSWORD), provider: VALUE }] }),
    rotate({ encryptionConfigs: [jwk(`{"kty":"${VALUE}","k":"${PASSWORD}"}`)] }),
    call(issueCredential, {
      identityId: user(emailOf("ann")).id,
      requestId: "r",
      encryptionConfigs: [age(recipient)],
    }),
    call(grant, { entitlement: member("crew"), principal: user(SUBS.ann) }, { "dry-run": VALUE }),
    call(createResource, { resource: { ...group("crew"), description: `${DESCRIPTION}9` } }),
    call(createResource, { resource: { ...group("band"), description: DESCRIPTION.repeat(200) } }),
  ];
}
