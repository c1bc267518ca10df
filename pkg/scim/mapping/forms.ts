import { attributeText } from "../../core/attributes/coerce.ts";
import type { SchemaAttribute } from "../../core/pool.ts";
import type { JsonObject, JsonValue } from "../resource.ts";
import { addressOfText, textOfAddress } from "./address.ts";
import { type Binding, type BindingForm, pathOfBinding } from "./binding.ts";
import { phoneText } from "./phone.ts";
import { chosenItem, invalidScimValue, isScimObject, keptText, ownMember, sentItems } from "./values.ts";

interface Form {
  /** Undefined: the pool holds nothing of it. Throws `invalidValue` for what neither the pool nor we may hold. */
  toText(value: JsonValue, binding: Binding): string | undefined;
  /** Undefined where the text of the pool is no value of this kind. */
  fromText(text: string): JsonValue | undefined;
}

const ITEM_MEMBERS = ["value", "type"] as const;

const FORMS: Readonly<Record<BindingForm, Form>> = {
  text: { toText: singleText, fromText: (text) => text },
  reference: { toText: singleText, fromText: (text) => text },
  boolean: {
    toText: singleText,
    fromText: (text) => (text === "true" ? true : text === "false" ? false : undefined),
  },
  integer: {
    toText: singleText,
    fromText(text) {
      const number = /^-?\d+$/u.test(text) ? Number(text) : Number.NaN;
      return Number.isSafeInteger(number) ? number : undefined;
    },
  },
  dateTime: { toText: singleText, fromText: (text) => text },
  emails: {
    toText(value, binding) {
      const items = sentItems(value, binding.attribute, ITEM_MEMBERS);
      return checked(binding, ownMember(chosenItem(withValue(items), ["work"]), "value"), ".value");
    },
    fromText: (text) => [{ value: text, type: "work", primary: true }],
  },
  phoneNumbers: {
    toText(value, binding) {
      const items = withValue(sentItems(value, binding.attribute, ITEM_MEMBERS));
      const text = ownMember(chosenItem(items, ["mobile", "work"]), "value");
      // A number that is not international is kept for the client alone: nobody could be called by it.
      return typeof text === "string" ? checked(binding, phoneText(text), ".value") : undefined;
    },
    fromText: (text) => [{ value: text, type: "work", primary: true }],
  },
  addresses: {
    toText(value, binding) {
      const items = sentItems(value, binding.attribute, ADDRESS_MEMBERS);
      const chosen = chosenItem(items, ["work"]);
      return chosen === undefined ? undefined : checked(binding, textOfAddress(chosen), "");
    },
    fromText: (text) => [{ ...addressOfText(text), type: "work", primary: true }],
  },
  photos: {
    toText(value, binding) {
      const items = sentItems(value, binding.attribute, ITEM_MEMBERS);
      return checked(binding, ownMember(chosenItem(withValue(items), ["photo"]), "value"), ".value");
    },
    fromText: (text) => [{ value: text, type: "photo", primary: true }],
  },
  manager: {
    toText(value, binding) {
      if (!isScimObject(value)) return singleText(value, binding);
      const ref = ownMember(value, "$ref") ?? undefined;
      if (ref !== undefined) keptText(ref, `${pathOfBinding(binding)}.$ref`);
      return checked(binding, ownMember(value, "value"), ".value");
    },
    fromText: (text) => ({ value: text }),
  },
};

const ADDRESS_MEMBERS = [
  "formatted",
  "streetAddress",
  "locality",
  "region",
  "postalCode",
  "country",
  "type",
] as const;

/** The text that the pool gets for the value. Undefined: nothing. */
export function poolTextOf(binding: Binding, value: JsonValue | undefined): string | undefined {
  return value === undefined || value === null ? undefined : FORMS[binding.form].toText(value, binding);
}

/** The value that SCIM shows for the text of the pool. */
export function valueOfText(binding: Binding, text: string | undefined): JsonValue | undefined {
  return text === undefined ? undefined : FORMS[binding.form].fromText(text);
}

/** The text of the pool as SCIM sees it: an empty one is no value. */
export function presentText(attributes: ReadonlyMap<string, string>, name: string): string | undefined {
  const text = attributes.get(name);
  return text === "" ? undefined : text;
}

/** The value as the text that the pool takes for the attribute; the problem says what is wrong, without the value. */
export function checkedText(
  source: SchemaAttribute,
  value: JsonValue | undefined,
  path: string,
): string | undefined {
  const result = attributeText(source, value, "create");
  if ("problem" in result) throw invalidScimValue(path, result.problem);
  return "text" in result ? result.text : undefined;
}

function checked(binding: Binding, value: JsonValue | undefined, sub: string): string | undefined {
  return checkedText(binding.source, value, `${pathOfBinding(binding)}${sub}`);
}

function singleText(value: JsonValue, binding: Binding): string | undefined {
  if (typeof value === "object") throw invalidScimValue(pathOfBinding(binding), "must be a single value");
  return checked(binding, value, "");
}

function withValue(items: readonly JsonObject[]): readonly JsonObject[] {
  return items.filter((item) => {
    const value = ownMember(item, "value");
    return typeof value === "string" && value.trim() !== "";
  });
}
