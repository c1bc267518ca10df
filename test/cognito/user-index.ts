import type { PoolSettings } from "./pool-settings.ts";
import type { StoredUser } from "./stored-user.ts";

/** Finds users by the names that the API accepts for them. */
export interface UserIndex {
  add(user: StoredUser): void;
  remove(user: StoredUser): void;
  byUsername(username: string): StoredUser | undefined;
  /**
   * Username first, then sub, then an alias. The username of a federated profile that is linked to a
   * local user answers that local user.
   */
  resolve(name: string): StoredUser | undefined;
  /** The user with this sign-in name: a verified alias, or a username attribute. */
  owner(attribute: string, value: string): StoredUser | undefined;
}

export function createUserIndex(settings: PoolSettings): UserIndex {
  const usernames = new Map<string, StoredUser>();
  const subs = new Map<string, StoredUser>();
  const links = new Map<string, StoredUser>();
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

  /** The federated usernames that a local user is linked to: AWS answers each of them with the local user. */
  function linkKeys(user: StoredUser): string[] {
    if (user.federated) return [];
    const identities: unknown = JSON.parse(user.attributes.get("identities") ?? "[]");
    if (!Array.isArray(identities)) return [];
    return identities.map(
      (one: { readonly providerName: string; readonly userId: string }) =>
        `${one.providerName}_${one.userId}`,
    );
  }

  const owner = (attribute: string, value: string): StoredUser | undefined =>
    aliases.get(aliasKey(attribute, value))?.values().next().value;

  return {
    add(user) {
      usernames.set(fold(user.username), user);
      subs.set(user.sub, user);
      for (const key of linkKeys(user)) links.set(key, user);
      for (const key of aliasKeys(user)) {
        const holders = aliases.get(key) ?? new Set();
        aliases.set(key, holders.add(user));
      }
    },
    remove(user) {
      usernames.delete(fold(user.username));
      subs.delete(user.sub);
      for (const key of linkKeys(user)) links.delete(key);
      for (const key of aliasKeys(user)) aliases.get(key)?.delete(user);
    },
    byUsername: (username) => usernames.get(fold(username)),
    resolve: (name) =>
      links.get(name) ??
      usernames.get(fold(name)) ??
      subs.get(name) ??
      signInNames.map((attribute) => owner(attribute, name)).find((user) => user !== undefined),
    owner,
  };
}
