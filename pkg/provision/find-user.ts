import type { Directory } from "../core/directory.ts";
import { GovernanceError } from "../core/errors.ts";
import type { User } from "../core/user.ts";

/** What names an account for good: the one never changes, the other is never used again. */
export type Account = Pick<User, "sub" | "username">;

/**
 * Finds the account that a caller means, under its true username, never through an alias (D1, mark 28). What is decided
 * on its state is read by `again`: a listing lags behind (mark 50).
 */
export interface UserFinder {
  /** By the id that resources carry. Rejects with `not-found`, reason `user-gone`. */
  byId(id: string, signal: AbortSignal): Promise<Account>;
  /**
   * By whatever a person types: a sub, a username or an e-mail address. More than one hit is `invalid-argument` and
   * lists their ids.
   */
  byText(text: string, signal: AbortSignal): Promise<Account>;
  /** The same account again, or undefined when it is gone; another one under the same username is not it. */
  again(account: Account, signal: AbortSignal): Promise<User | undefined>;
  /** Remembers an account that a listing may not show yet. */
  learn(account: Account): void;
  /** The id that resources carry. */
  idOf(user: User): string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Usernames never change and a sub never comes back, so only the sheer number bounds what is worth keeping. */
const REMEMBERED = 10_000;

export function createUserFinder(directory: Directory, userIdKind: "sub" | "username"): UserFinder {
  const usernames = new Map<string, string>();

  function learn(user: Account): void {
    usernames.delete(user.sub);
    usernames.set(user.sub, user.username);
    const oldest = usernames.size > REMEMBERED ? usernames.keys().next() : undefined;
    if (oldest?.value !== undefined) usernames.delete(oldest.value);
  }

  /** AdminGetUser also takes an alias or a sub, so whoever asks must look at who answers. */
  async function read(username: string, signal: AbortSignal): Promise<User | undefined> {
    try {
      return await directory.getUser(username, signal);
    } catch (error) {
      if (error instanceof GovernanceError && error.reason === "user-gone") return undefined;
      throw error;
    }
  }

  async function again({ sub, username }: Account, signal: AbortSignal): Promise<User | undefined> {
    const user = await read(username, signal);
    if (user === undefined || user.sub !== sub) {
      usernames.delete(sub);
      return undefined;
    }
    learn(user);
    return user;
  }

  async function bySub(sub: string, signal: AbortSignal): Promise<Account> {
    const username = usernames.get(sub);
    if (username !== undefined) return { sub, username };
    const [listed] = await directory.findUsers("sub", sub, signal);
    if (listed === undefined) throw gone(sub);
    learn(listed);
    return listed;
  }

  async function byUsername(username: string, signal: AbortSignal): Promise<Account> {
    const user = await read(username, signal);
    if (user === undefined || user.username !== username) throw gone("");
    learn(user);
    return user;
  }

  async function candidates(text: string, signal: AbortSignal): Promise<readonly User[]> {
    const found = UUID.test(text) ? [...(await directory.findUsers("sub", text.toLowerCase(), signal))] : [];
    found.push(...(await directory.findUsers("username", text, signal)));
    if (text.includes("@")) found.push(...(await directory.findUsers("email", text, signal)));
    if (found.length === 0) {
      // A person that was just created, or a username in another case where the pool ignores case.
      const direct = await read(text, signal);
      const meant =
        direct !== undefined &&
        (direct.sub === text ||
          direct.username.toLowerCase() === text.toLowerCase() ||
          direct.attributes.get("email")?.toLowerCase() === text.toLowerCase());
      if (meant) found.push(direct);
    }
    return [...new Map(found.map((user) => [user.sub, user])).values()];
  }

  return {
    byId: (id, signal) => (userIdKind === "sub" ? bySub(id, signal) : byUsername(id, signal)),
    async byText(text, signal) {
      const found = await candidates(text, signal);
      if (found.length > 1) {
        const ids = found.map(({ sub }) => sub).join(", ");
        throw new GovernanceError(
          "invalid-argument",
          `user: ${found.length} accounts answer to that; name one by its id: ${ids}`,
        );
      }
      const [user] = found;
      if (user === undefined) throw gone(text);
      learn(user);
      return user;
    },
    again,
    learn,
    idOf: (user) => (userIdKind === "sub" ? user.sub : user.username),
  };
}

/** A text that is no id may be an e-mail address, which no error repeats (D20). */
function gone(id: string): GovernanceError {
  const which = UUID.test(id) ? `${id} ` : "";
  return new GovernanceError(
    "not-found",
    `user ${which}is not in this pool; name it by sub, username or e-mail`,
    {
      reason: "user-gone",
    },
  );
}
