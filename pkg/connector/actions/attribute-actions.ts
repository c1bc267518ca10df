import { ActionType } from "../../protocol/messages.ts";
import type { AttributeChange } from "../../provision/provisioner.ts";
import { invalidField } from "../requests.ts";
import { type Action, type Arguments, userAction } from "./action.ts";
import { boolField, listField, mapField, stringField } from "./fields.ts";

/** Attributes that have their own argument. */
const TEXTS = ["email", "phone_number"] as const;
const FLAGS = ["email_verified", "phone_number_verified"] as const;

export const ATTRIBUTE_ACTIONS: readonly Action[] = [
  userAction(
    {
      name: "update_user_attributes",
      displayName: "Update User Attributes",
      description: "Sets and deletes attributes of the user, by Cognito's names",
      types: [ActionType.ACCOUNT_UPDATE_PROFILE],
      arguments: [
        mapField("set", { displayName: "Set", description: "New values by attribute name" }),
        listField("delete", { displayName: "Delete", description: "Names of attributes to be deleted" }),
        stringField("email", { displayName: "E-mail address" }),
        stringField("phone_number", {
          displayName: "Phone number",
          description: "E.164, as in +4915112345678",
        }),
        boolField("email_verified", { displayName: "E-mail address is verified" }),
        boolField("phone_number_verified", { displayName: "Phone number is verified" }),
      ],
      atLeastOneOf: ["set", "delete", ...TEXTS, ...FLAGS],
      returns: [
        listField("set", { displayName: "Set", description: "Names of attributes that have a new value" }),
        listField("removed", {
          displayName: "Removed",
          description: "Names of attributes that were deleted",
        }),
        listField("pending", {
          displayName: "Pending",
          description: "Names of attributes whose new value is used after the user has verified it",
        }),
      ],
    },
    (user, args) => {
      const change = changeOf(args);
      return async (provisioner, context, signal) => {
        const outcome = await provisioner.updateAttributes(user, change, context, signal);
        const { set, removed, pending } = outcome.result;
        return { outcome, fields: { set: [...set], removed: [...removed], pending: [...pending] } };
      };
    },
  ),
];

function changeOf(args: Arguments): AttributeChange {
  const set = new Map<string, unknown>(args.map("set"));
  const add = (name: string, value: unknown): void => {
    if (value === undefined) return;
    if (set.has(name) && set.get(name) !== value) {
      throw invalidField(`args.${name}`, `differs from args.set.${name}; give one of them`);
    }
    set.set(name, value);
  };
  for (const name of TEXTS) add(name, args.text(name));
  for (const name of FLAGS) add(name, args.flag(name));
  const remove = args.texts("delete");
  const both = remove.find((name) => set.has(name));
  if (both !== undefined)
    throw invalidField("args.delete", `has ${JSON.stringify(both)}, which is to be set too`);
  if (set.size === 0 && remove.length === 0)
    throw invalidField("args.set", "empty, and nothing is to be deleted either");
  return { set, remove };
}
