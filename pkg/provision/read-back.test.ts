import { describe, expect, test } from "vitest";
import type { UserDefinition } from "../../test/cognito/definitions.ts";
import { GOOD, given, requestOf } from "../../test/support/account-requests.ts";
import { never } from "../../test/support/adapter.ts";
import { asked, createStage } from "../../test/support/provision-stage.ts";
import { Secret } from "../core/secret.ts";
import type { User } from "../core/user.ts";
import type { UserRef } from "./provisioner.ts";

const ANN: UserRef = { by: "text", value: "ann" };
const set = new Map([
  ["nickname", "Annie"],
  ["email", "new@example.com"],
]);

/** The user that a change answers, while nothing can be read after its calls. */
function staged(over: UserDefinition = {}) {
  const attributes = { nickname: "Ann", email: "old@example.com", locale: "en" };
  const { pool, cognito, process } = createStage({ users: [{ username: "ann", attributes, ...over }] });
  cognito.script({
    operation: [
      "AdminUpdateUserAttributes",
      "AdminDisableUser",
      "AdminEnableUser",
      "AdminSetUserPassword",
      "AdminConfirmSignUp",
      "AdminResetUserPassword",
    ],
    run: () => {
      cognito.script({ operation: ["AdminGetUser", "ListUsers"], error: { name: "AccessDeniedException" } });
    },
  });
  return { pool, provisioner: process().provisioner };
}

const shown = ({ enabled, attributes }: User) => ({
  enabled,
  nickname: attributes.get("nickname"),
  email: attributes.get("email"),
  locale: attributes.get("locale"),
});

describe("a change whose user cannot be read afterwards answers what it has made", () => {
  test("of several parts", async () => {
    const { pool, provisioner } = staged();
    const change = { set: new Map([...set, ["email_verified", "true"]]), remove: ["locale"], enabled: false };
    const { result } = await provisioner.changeUser(ANN, change, asked, never);
    const made = { enabled: false, nickname: "Annie", email: "new@example.com", locale: undefined };
    expect(shown(result.user)).toEqual(made);
    expect(result.pending).toEqual([]);
    const stored = pool.stored("ann");
    expect({ enabled: stored?.enabled, nickname: stored?.attributes.get("nickname") }).toEqual({
      enabled: false,
      nickname: "Annie",
    });
  });

  test("of attributes: an address that its person may have to verify is not called written", async () => {
    const { provisioner } = staged();
    const { result } = await provisioner.updateAttributes(ANN, { set, remove: ["locale"] }, asked, never);
    expect(shown(result.user)).toMatchObject({
      nickname: "Annie",
      email: "old@example.com",
      locale: undefined,
    });
    expect(result).toMatchObject({ set: ["nickname", "email_verified"], pending: ["email"] });
  });

  test("of access", async () => {
    const off = await staged().provisioner.disableUser(ANN, { signOut: false }, asked, never);
    expect(off.result.user.enabled).toBe(false);
    const on = await staged({ enabled: false }).provisioner.enableUser(ANN, asked, never);
    expect(on.result.user.enabled).toBe(true);
  });

  test("of a password, or a sign-up", async () => {
    const status = "FORCE_CHANGE_PASSWORD";
    const password = new Secret(GOOD);
    const permanent = await staged({ status }).provisioner.setPassword(
      ANN,
      password,
      { permanent: true },
      asked,
      never,
    );
    expect(permanent.result.user.status).toBe("CONFIRMED");
    const temporary = await staged({ status: "CONFIRMED" }).provisioner.rotateCredential(
      ANN,
      given(GOOD, true),
      asked,
      never,
    );
    expect(temporary.result.user.status).toBe("FORCE_CHANGE_PASSWORD");
    const parts = { password: { secret: password, permanent: true } };
    const changed = await staged({ status }).provisioner.changeUser(ANN, parts, asked, never);
    expect(changed.result.user.status).toBe("CONFIRMED");
    const confirmed = await staged({ status: "UNCONFIRMED" }).provisioner.confirmSignUp(ANN, asked, never);
    expect(confirmed.result.user.status).toBe("CONFIRMED");
  });

  test("of an account that is made disabled and with a password", async () => {
    const { provisioner } = staged();
    const request = { ...requestOf({ login: "eve", credential: given(GOOD) }), enabled: false };
    const { result } = await provisioner.createAccount(request, asked, never);
    expect(result.user).toMatchObject({ username: "eve", enabled: false, status: "CONFIRMED" });
  });
});
