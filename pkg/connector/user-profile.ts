// The profile of a user: everything that Cognito sent, under Cognito's own names, and the few keys that Baton's tools read.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { isFederated, type User } from "../core/user.ts";
import type { UserFacts } from "../core/user-facts.ts";
import type { ProfileValue } from "../protocol/builders.ts";
import { type MessageWriter, structKey } from "../protocol/message-writer.ts";
import { compareUtf8 } from "../protocol/utf8-order.ts";
import { identityProfile, linkedUsernames } from "./enrichments/linked-profiles.ts";
import { FACTS_IN_PROFILE } from "./enrichments/user-facts.ts";

type ValueOf = (user: User, facts: UserFacts) => ProfileValue;

interface ProfileKey {
  readonly key: string;
  readonly keyField: Uint8Array;
  readonly valueOf: ValueOf;
}

/** These replace attributes of the same name. */
const COMPUTED: ReadonlyMap<string, ValueOf> = new Map<string, ValueOf>([
  ["created_at", (user) => user.createdAt.toISOString()],
  ["enabled", (user) => user.enabled],
  ["federated", (user) => isFederated(user)],
  ["first_name", (user) => user.attributes.get("given_name")],
  // An attribute that was not valid JSON stays as the text that Cognito sent.
  [
    "identities",
    (user) =>
      user.identities.length > 0 ? user.identities.map(identityProfile) : user.attributes.get("identities"),
  ],
  ["last_name", (user) => user.attributes.get("family_name")],
  ["linked_usernames", (user) => linkedUsernames(user)],
  ["modified_at", (user) => user.modifiedAt.toISOString()],
  ["user_id", (user) => user.sub],
  ["user_status", (user) => user.status],
  ["username", (user) => user.username],
  ...FACTS_IN_PROFILE.map(([key, valueOf]): [string, ValueOf] => [key, (_user, facts) => valueOf(facts)]),
]);

const VERIFIED_FLAGS: ReadonlySet<string> = new Set(["email_verified", "phone_number_verified"]);

export function userProfile(user: User, facts: UserFacts): JsonObject {
  const present: [string, JsonValue][] = [];
  for (const { key, valueOf } of keysFor(user.attributes)) {
    const value = valueOf(user, facts);
    if (value !== undefined) present.push([key, value]);
  }
  return Object.fromEntries(present);
}

/** The same, as the fields of a google.protobuf.Struct. */
export function writeUserProfile(into: MessageWriter, user: User, facts: UserFacts): void {
  const keys = keysFor(user.attributes);
  for (let index = keys.length - 1; index >= 0; index -= 1) {
    const one = keys[index];
    const value = one?.valueOf(user, facts);
    if (one !== undefined && value !== undefined) into.structEntry(one.keyField, value);
  }
}

/** The users of a pool have few sets of attributes, in few orders: the keys of each are sorted once. */
interface Names {
  readonly next: Map<string, Names>;
  keys: readonly ProfileKey[] | undefined;
}

const MOST_KNOWN = 10_000;
let known = 0;
let none: Names = { next: new Map(), keys: undefined };

/** In the order of their bytes: `baton diff` compares the bytes of the profile. */
function keysFor(attributes: ReadonlyMap<string, string>): readonly ProfileKey[] {
  let names = none;
  for (const name of attributes.keys()) {
    let next = names.next.get(name);
    if (next === undefined) {
      next = { next: new Map(), keys: undefined };
      names.next.set(name, next);
      known += 1;
    }
    names = next;
  }
  names.keys ??= sortedKeys(attributes);
  const { keys } = names;
  if (known > MOST_KNOWN) {
    known = 0;
    none = { next: new Map(), keys: undefined };
  }
  return keys;
}

function sortedKeys(attributes: ReadonlyMap<string, string>): readonly ProfileKey[] {
  return [...new Set([...COMPUTED.keys(), ...attributes.keys()])].toSorted(compareUtf8).map((key) => ({
    key,
    keyField: structKey(key),
    valueOf:
      COMPUTED.get(key) ?? (VERIFIED_FLAGS.has(key) ? flagOf(key) : (user) => user.attributes.get(key)),
  }));
}

function flagOf(key: string): ValueOf {
  return ({ attributes }) => {
    const value = attributes.get(key);
    return value === "true" || value === "false" ? value === "true" : value;
  };
}
