import type { PoolSettings } from "./pool-settings.ts";
import type { StoredUser } from "./stored-user.ts";

/** Finds users by the names that the API accepts for them. */
export interface UserIndex {
  add(user: StoredUser): void;
  remove(user: StoredUser): void;
  byUsername(username: string): StoredUser | undefined;
  /** Username first, then sub, then an alias. */
  resolve(name: string): StoredUser | undefined;
  /** The user with this sign-in name: a verified alias, or a username attribute. */
  owner(attribute: string, value: string): StoredUser | undefined;
}

export function createUserIndex(settings: PoolSettings): UserIndex {
  const usernames = new Map<string, StoredUser>();
  const subs = new Map<string, StoredUser>();
  const aliases = new Map<string, Set<StoredUser>>();
  const signInNames = ["email", "phone_number", "preferred_username"] as const;

  const fold = (text: string): string => (settings.caseSensitive ? text : text.toLowerCase());
  const aliasKey = (attribute: string, value: string): string => `${attribute}\n${fold(value)}`;

  function aliasKeys(user: StoredUser): string[] {
    const keys: string[] = [];
    for (const attribute of signInNames) {
      const value = user.attributes.get(attribute);
      const asUsername = settings.usernameAttributes.some((one) => one === attribute);
      const asAlias =
        settings.aliasAttributes.includes(attribute) &&
        (attribute === "preferred_username" || user.attributes.get(`${attribute}_verified`) === "true");
      // A federated profile's e-mail is never a sign-in name: that user signs in at the provider.
      if (value !== undefined && !user.federated && (asUsername || asAlias))
        keys.push(aliasKey(attribute, value));
    }
    return keys;
  }

  const owner = (attribute: string, value: string): StoredUser | undefined =>
    aliases.get(aliasKey(attribute, value))?.values().next().value;

  return {
    add(user) {
      usernames.set(fold(user.username), user);
      subs.set(user.sub, user);
      for (const key of aliasKeys(user)) {
        const holders = aliases.get(key) ?? new Set();
        aliases.set(key, holders.add(user));
      }
    },
    remove(user) {
      usernames.delete(fold(user.username));
      subs.delete(user.sub);
      for (const key of aliasKeys(user)) aliases.get(key)?.delete(user);
    },
    byUsername: (username) => usernames.get(fold(username)),
    resolve: (name) =>
      usernames.get(fold(name)) ??
      subs.get(name) ??
      signInNames.map((attribute) => owner(attribute, name)).find((user) => user !== undefined),
    owner,
  };
}
