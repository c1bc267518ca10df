import { assertVerifiable, readAttributes, schemaOf } from "../attribute-rules.ts";
import { invalidParameter } from "../errors.ts";
import type { Pool } from "../pool.ts";
import { contested, taken } from "../sign-in-names.ts";
import type { StoredUser } from "../stored-user.ts";
import { textsOf } from "../validate.ts";
import { members } from "./members.ts";
import { nothing, type Operation } from "./operation.ts";
import { subjectOf } from "./write-users.ts";

const contacts = ["email", "phone_number"] as const;

function assertDeletable(pool: Pool, name: string): void {
  const entry = schemaOf(pool.settings, name);
  if (entry.required) throw invalidParameter(`user.${name}: Required attribute cannot be deleted.\n`);
  if (!entry.mutable) throw invalidParameter(`Cannot modify the non-mutable attribute ${name}`);
}

function assertChangeable(pool: Pool, wanted: ReadonlyMap<string, string>): void {
  for (const [name, value] of wanted) {
    if (value === "") assertDeletable(pool, name);
    else if (!schemaOf(pool.settings, name).mutable) {
      throw invalidParameter(`user.${name}: Attribute cannot be updated.\n`);
    }
  }
}

/** The attributes after the call: contact changes clear their flag, or wait for the user's own verification. */
function merged(pool: Pool, user: StoredUser, wanted: ReadonlyMap<string, string>): Map<string, string> {
  const after = new Map(user.attributes);
  for (const [name, value] of wanted) {
    if (value === "") after.delete(name);
    else after.set(name, value);
  }
  for (const name of contacts) {
    const flag = `${name}_verified`;
    if (wanted.has(flag) || after.get(name) === user.attributes.get(name)) continue;
    const before = user.attributes.get(name);
    if (!after.has(name)) after.delete(flag);
    else if (pool.settings.verifyBeforeUpdate.includes(name) && before !== undefined) after.set(name, before);
    else after.set(flag, "false");
  }
  return after;
}

function store(pool: Pool, user: StoredUser, after: ReadonlyMap<string, string>, clockMs: number): void {
  for (const name of new Set([...user.attributes.keys(), ...after.keys()])) {
    if (user.attributes.get(name) !== after.get(name)) pool.setAttribute(user, name, after.get(name));
  }
  user.modifiedMs = clockMs;
}

/** An empty value deletes. Everything is checked before anything is changed. */
export const adminUpdateUserAttributes: Operation = {
  name: "AdminUpdateUserAttributes",
  category: "UserUpdate",
  writes: true,
  members: members(["UserPoolId", "Username", "UserAttributes"], ["ClientMetadata"]),
  run(call) {
    const { pool, user } = subjectOf(call);
    const wanted = readAttributes(pool.settings, call.input, "UserAttributes");
    assertChangeable(pool, wanted);
    assertVerifiable(wanted, (name) => user.attributes.has(name));
    const after = merged(pool, user, wanted);
    const rival = contested(pool, after, user)[0];
    if (rival !== undefined) throw taken(rival.name, "AliasExistsException");
    store(pool, user, after, call.clockMs);
    return nothing;
  },
};

export const adminDeleteUserAttributes: Operation = {
  name: "AdminDeleteUserAttributes",
  category: "UserUpdate",
  writes: true,
  members: members(["UserPoolId", "Username", "UserAttributeNames"]),
  run(call) {
    const { pool, user } = subjectOf(call);
    const names = textsOf(call.input, "UserAttributeNames") ?? [];
    for (const name of names) {
      assertDeletable(pool, name);
      if (pool.settings.behaviour.deleteUnsetAttribute === "refuse" && !user.attributes.has(name)) {
        throw invalidParameter(`user.${name}: Attribute is not set.\n`);
      }
    }
    store(pool, user, merged(pool, user, new Map(names.map((name) => [name, ""]))), call.clockMs);
    return nothing;
  },
};
