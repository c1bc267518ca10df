import { describe, expect, test } from "vitest";
import { findViolation } from "../../protocol/constraints.ts";
import { ActionType, BatonActionSchemaSchema } from "../../protocol/messages.ts";
import { actionNamed, actionSchemas } from "./catalogue.ts";

const nameOf: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(ActionType).map(([name, number]) => [number, name]),
);

const USER = ["ACCOUNT"];

describe("the actions", () => {
  test("are these, with these types and arguments; * is required, ! is secret", () => {
    const rows = actionSchemas("").map((schema) => [
      schema.name,
      schema.displayName,
      schema.actionType.map((type) => nameOf[type]),
      schema.arguments.map(
        ({ name, isRequired, isSecret, field }) =>
          `${name}:${field.case}${isRequired ? "*" : ""}${isSecret ? "!" : ""}`,
      ),
    ]);
    const id = "user_id:stringField*";
    expect(rows).toEqual([
      ["enable_user", "Enable User", [...USER, "ACCOUNT_ENABLE"], [id]],
      ["disable_user", "Disable User", [...USER, "ACCOUNT_DISABLE"], [id, "sign_out:boolField"]],
      ["sign_out_user", "Sign Out User", USER, [id]],
      ["confirm_sign_up", "Confirm Sign-Up", USER, [id]],
      ["resend_invitation", "Resend Invitation", USER, [id, "deliver_by:stringField"]],
      ["reset_mfa", "Reset MFA", USER, [id]],
      [
        "update_user_attributes",
        "Update User Attributes",
        [...USER, "ACCOUNT_UPDATE_PROFILE"],
        [
          id,
          "set:stringMapField",
          "delete:stringSliceField",
          "email:stringField",
          "phone_number:stringField",
          "email_verified:boolField",
          "phone_number_verified:boolField",
        ],
      ],
      ["set_password", "Set Password", USER, [id, "password:stringField*!", "permanent:boolField"]],
      ["reset_password", "Reset Password", USER, [id]],
      [
        "update_group",
        "Update Group",
        ["DYNAMIC"],
        ["group_id:stringField*", "description:stringField", "role_arn:stringField", "precedence:intField"],
      ],
    ]);
  });

  test("keep the rules of the protocol, are global, and all return success", () => {
    for (const schema of actionSchemas("")) {
      expect(findViolation(BatonActionSchemaSchema, schema)).toBeUndefined();
      expect(schema.resourceTypeId).toBe("");
      expect(schema.description).not.toBe("");
      expect(schema.returnTypes[0]).toMatchObject({ name: "success", field: { case: "boolField" } });
    }
  });

  test("say in a constraint that an update must update something", () => {
    const constraints = actionSchemas("").flatMap(({ name, constraints: own }) =>
      own.map(({ kind, fieldNames }) => [name, kind, fieldNames]),
    );
    expect(constraints).toEqual([
      [
        "update_user_attributes",
        2,
        ["set", "delete", "email", "phone_number", "email_verified", "phone_number_verified"],
      ],
      ["update_group", 2, ["description", "role_arn", "precedence"]],
    ]);
  });

  test("are listed for no resource type, and found under the type that they change", () => {
    expect(actionSchemas("user")).toEqual([]);
    expect(actionNamed("enable_user", "user")).toBe(actionNamed("enable_user"));
    expect(actionNamed("update_group", "group")).toBe(actionNamed("update_group"));
    expect(() => actionNamed("enable_user", "group")).toThrow(
      'name: there is no action "enable_user" of resource type "group"',
    );
    expect(() => actionNamed("", "user")).toThrow(/^name: must be set/);
  });

  test.for([
    ["", '""'],
    ["enable-user", '"enable-user"'],
    ["toString", '"toString"'],
    ["__proto__", '"…"'],
    ["Enable User", '"…"'],
  ] as const)("do not have %o", ([name, quoted]) => {
    expect(() => actionNamed(name)).toThrow(`name: there is no action ${quoted}`);
  });
});
