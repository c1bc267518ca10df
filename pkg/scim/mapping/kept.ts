import type { User } from "../../core/user.ts";
import type { KeptValues } from "../records.ts";
import type { JsonObject, JsonValue } from "../resource.ts";
import { ScimError } from "../scim-error.ts";
import type { Binding } from "./binding.ts";
import type { MappingContext } from "./context.ts";
import { poolTextOf, presentText, valueOfText } from "./forms.ts";
import { ResourceBuilder, rawValueAt, sameValue } from "./resource-values.ts";
import { nameMeant, sameScimName } from "./user-name.ts";
import { ownMember } from "./values.ts";

/** What is shown for one user: kept values where they still belong to what the pool has. */
export interface KeptView {
  /** As the client wrote it, while it is a name of the user. */
  readonly userName: string | undefined;
  value(binding: Binding): JsonValue | undefined;
}

/**
 * A kept value is shown while the pool has the text that was made of it. When somebody has changed the pool, the value of
 * the pool is shown.
 */
export function keptView(user: User, kept: KeptValues | undefined, context: MappingContext): KeptView {
  const values = kept?.values ?? {};
  const userName = ownMember(values, "userName");
  const name = typeof userName === "string" ? nameMeant(user, userName, context) : undefined;
  return {
    userName: typeof userName === "string" && name !== undefined ? userName : undefined,
    value(binding) {
      const text = presentText(user.attributes, binding.source.name);
      const form = rawValueAt(values, binding);
      if (form === undefined) return valueOfText(binding, text);
      // What the userName holds is not made of this attribute: it was kept beside it.
      const belongs =
        name?.source === binding.source.name || sameText(binding, madeText(binding, form), text);
      if (!belongs) return valueOfText(binding, text);
      return form ?? undefined;
    },
  };
}

function madeText(binding: Binding, form: JsonValue): string | undefined | false {
  try {
    return poolTextOf(binding, form);
  } catch (error) {
    // The schema of the pool has changed since.
    if (error instanceof ScimError) return false;
    throw error;
  }
}

/** Cognito may change the letter case of an e-mail address. */
export function sameText(
  binding: Binding,
  made: string | undefined | false,
  text: string | undefined,
): boolean {
  if (made === text) return true;
  return (
    binding.form === "emails" && typeof made === "string" && text !== undefined && sameScimName(made, text)
  );
}

/** One attribute after a write: what the client wants and what the pool will have. */
export interface WrittenAttribute {
  readonly binding: Binding;
  readonly wanted: JsonValue | undefined;
  readonly text: string | undefined;
  /** A client has taken the attribute away, and the pool keeps its text because the userName is made of it. */
  readonly hidden: boolean;
}

/** Whether the value can be read from the pool as it was written, even if Cognito folds the letter case of an address. */
function isHeld(binding: Binding, wanted: JsonValue, text: string | undefined): boolean {
  if (binding.form === "emails" && text !== text?.toLowerCase()) return false;
  return sameValue(valueOfText(binding, text), wanted);
}

/** What must be kept so that the client reads what it wrote. */
export function keptForms(userName: string, written: readonly WrittenAttribute[]): JsonObject {
  const values = new ResourceBuilder();
  values.set("userName", userName);
  for (const { binding, wanted, text, hidden } of written) {
    if (hidden) values.setAt(binding, null);
    else if (wanted !== undefined && !isHeld(binding, wanted, text)) values.setAt(binding, wanted);
  }
  return values.build();
}
