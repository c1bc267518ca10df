import type { User } from "../../core/user.ts";
import type { KeptValues } from "../records.ts";
import type { JsonValue, ScimResource } from "../resource.ts";
import { badRequest } from "../scim-error.ts";
import { type Binding, pathOfBinding } from "./binding.ts";
import { givenFlag, SCIM_CONTACTS, verifiedTextOf } from "./contacts.ts";
import type { MappingContext } from "./context.ts";
import { poolTextOf, presentText, valueOfText } from "./forms.ts";
import { keptForms, keptView, sameText, type WrittenAttribute } from "./kept.ts";
import { boundValueAt, sameValue } from "./resource-values.ts";
import { type SentPassword, sentPassword } from "./sent-password.ts";
import { keptValues, requiredProblem, wantedGroups } from "./user-account.ts";
import { changedSignInName, requiredUserName } from "./user-name.ts";
import { isActive } from "./user-resource.ts";
import { booleanAttribute, invalidScimValue, textAttribute } from "./values.ts";

/** The least that makes a user the wanted one. */
export interface UserDifference {
  /** By the names of the pool. */
  readonly set: ReadonlyMap<string, string>;
  readonly remove: readonly string[];
  /** Undefined: as it is. */
  readonly enabled: boolean | undefined;
  readonly password: SentPassword | undefined;
  /** Names of groups, where they may be written on a user; undefined: not given. */
  readonly groups: readonly string[] | undefined;
  readonly kept: KeptValues;
}

/**
 * What a PUT or PATCH changes. A readWrite attribute that `wanted` does not have is removed; `active` and the password are
 * left as they are.
 */
export function differenceOf(
  user: User,
  kept: KeptValues | undefined,
  wanted: ScimResource,
  context: MappingContext,
): UserDifference {
  const userName = requiredUserName(wanted);
  const name = changedSignInName(user, userName, context);
  const view = keptView(user, kept, context);
  const set = new Map<string, string>();
  const remove: string[] = [];
  const written = context.bindings.map((binding): WrittenAttribute => {
    const { source } = binding;
    const before = view.value(binding);
    const after = boundValueAt(wanted, binding);
    const old = presentText(user.attributes, source.name);
    const isName = name.source === source.name;
    const text = isName ? name.text : textAfter(binding, { before, after, old });
    if (text !== old) {
      if (text === undefined) {
        if (source.required) throw requiredProblem(pathOfBinding(binding), binding.form);
        remove.push(source.name);
      } else {
        if (!source.mutable) throw badRequest("mutability", `${pathOfBinding(binding)}: cannot change`);
        set.set(source.name, text);
      }
    }
    return { binding, wanted: after, text, hidden: isName && after === undefined };
  });
  if (name.source === "preferred_username" && user.attributes.get(name.source) !== name.text) {
    set.set(name.source, name.text);
  }
  setFlags(set, { user, wanted, remove, context });
  const displayed =
    set.get("name") ?? (remove.includes("name") ? undefined : presentText(user.attributes, "name"));
  return {
    set,
    remove,
    enabled: enabledAfter(user, wanted, context),
    password: sentPassword(wanted, context),
    groups: wantedGroups(wanted, context),
    kept: keptAfter(wanted, context, { userName, written, displayed }),
  };
}

interface BoundValues {
  /** As it is shown. */
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
  /** As the pool has it. */
  readonly old: string | undefined;
}

/** The text that the pool shall have; the old one where the client gives what it has read. */
function textAfter(binding: Binding, { before, after, old }: BoundValues): string | undefined {
  if (after === undefined) {
    // A text that SCIM cannot show was not taken away by leaving it out; nor can an immutable one be taken away.
    return before === undefined || !binding.source.mutable ? old : undefined;
  }
  if (sameValue(valueOfText(binding, old), after)) return old;
  const text = poolTextOf(binding, after);
  return sameValue(before, after) && sameText(binding, text, old) ? old : text;
}

function setFlags(
  set: Map<string, string>,
  {
    user,
    wanted,
    remove,
    context,
  }: {
    readonly user: User;
    readonly wanted: ScimResource;
    readonly remove: readonly string[];
    readonly context: MappingContext;
  },
): void {
  for (const contact of SCIM_CONTACTS) {
    const { source, flag, path } = contact;
    if (set.has(source)) {
      const text = verifiedTextOf(contact, wanted, context);
      if (text !== undefined) set.set(flag, text);
      continue;
    }
    const given = givenFlag(contact, wanted, context);
    const isThere = presentText(user.attributes, source) !== undefined && !remove.includes(source);
    if (given === true && !isThere) throw invalidScimValue(path, `is required where ${flag} is true`);
    if (given !== undefined && isThere && given !== (user.attributes.get(flag) === "true")) {
      set.set(flag, String(given));
    }
  }
}

/** Only a client that wants another value than it reads changes it: in Starling's profile a user who is invited reads false. */
function enabledAfter(user: User, wanted: ScimResource, context: MappingContext): boolean | undefined {
  const active = booleanAttribute(wanted, "active");
  if (active === undefined || active === isActive(user, context) || active === user.enabled) return undefined;
  return active;
}

function keptAfter(
  wanted: ScimResource,
  context: MappingContext,
  {
    userName,
    written,
    displayed,
  }: {
    readonly userName: string;
    readonly written: readonly WrittenAttribute[];
    readonly displayed: string | undefined;
  },
): KeptValues {
  const kept = keptValues(wanted, context, keptForms(userName, written), displayed);
  // The name that is shown without a displayName must not come back once a client has removed that.
  const hidden =
    context.profile === "strict" &&
    context.displayNameAttribute === undefined &&
    displayed !== undefined &&
    kept.displayName === undefined &&
    textAttribute(wanted, "displayName") === undefined;
  return hidden ? { ...kept, values: { ...kept.values, displayName: null } } : kept;
}
