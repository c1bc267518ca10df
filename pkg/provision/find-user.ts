import type { Directory } from "../core/directory.ts";
import { GovernanceError } from "../core/errors.ts";
import type { User } from "../core/user.ts";
import { isUuid } from "../core/uuid.ts";

/** What identifies an account: the `sub` is never used again, and the username never changes. */
export type Account = Pick<User, "sub" | "username">;

/**
 * Finds the account that a caller means, and its true username, never an alias (D1, mark 28). Decisions on the state of
 * the account need a `reread`: a listing lags behind (mark 50).
 */
export interface UserFinder {
  /** By the id that resources carry. Rejects with `not-found`, reason `user-gone`. */
  byId(id: string, signal: AbortSignal): Promise<Account>;
  /**
   * By the text that a person types: a sub, a username or an e-mail address. Several hits are `invalid-argument`; the
   * message lists their ids.
   */
  byText(text: string, signal: AbortSignal): Promise<Account>;
  /** The account as it is now, or undefined when it is gone, also when another account has its username now. */
  reread(account: Account, signal: AbortSignal): Promise<User | undefined>;
  /** Remembers an account that a listing may not show yet. */
  remember(account: Account): void;
  /** The id that resources carry. */
  idOf(user: User): string;
}

/** An entry never becomes wrong: usernames never change, and a sub is never used again. So only the number is bounded. */
const REMEMBERED = 10_000;

export function createUserFinder(directory: Directory, userIdKind: "sub" | "username"): UserFinder {
  const usernames = new Map<string, string>();

  function remember(user: Account): void {
    usernames.delete(user.sub);
    usernames.set(user.sub, user.username);
    const oldest = usernames.size > REMEMBERED ? usernames.keys().next() : undefined;
    if (oldest?.value !== undefined) usernames.delete(oldest.value);
  }

  /** AdminGetUser also takes an alias or a sub, so the caller must check which account came back. */
  async function read(username: string, signal: AbortSignal): Promise<User | undefined> {
    try {
      return await directory.getUser(username, signal);
    } catch (error) {
      if (error instanceof GovernanceError && error.reason === "user-gone") return undefined;
      throw error;
    }
  }

  async function reread({ sub, username }: Account, signal: AbortSignal): Promise<User | undefined> {
    const user = await read(username, signal);
    if (user === undefined || user.sub !== sub) {
      usernames.delete(sub);
      return undefined;
    }
    remember(user);
    return user;
  }

  async function bySub(sub: string, signal: AbortSignal): Promise<Account> {
    const username = usernames.get(sub);
    if (username !== undefined) return { sub, username };
    const [listed] = await directory.findUsers("sub", sub, signal);
    if (listed === undefined) throw gone(sub);
    remember(listed);
    return listed;
  }

  async function byUsername(username: string, signal: AbortSignal): Promise<Account> {
    const user = await read(username, signal);
    if (user === undefined || user.username !== username) throw gone("");
    remember(user);
    return user;
  }

  async function candidates(text: string, signal: AbortSignal): Promise<readonly User[]> {
    const found = isUuid(text) ? [...(await directory.findUsers("sub", text.toLowerCase(), signal))] : [];
    found.push(...(await directory.findUsers("username", text, signal)));
    if (text.includes("@")) found.push(...(await directory.findUsers("email", text, signal)));
    if (found.length === 0) {
      // A user who was just created, or a username in another case where the pool ignores case.
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
          `user: ${found.length} accounts match; use the id of one of them: ${ids}`,
        );
      }
      const [user] = found;
      if (user === undefined) throw gone(text);
      remember(user);
      return user;
    },
    reread,
    remember,
    idOf: (user) => (userIdKind === "sub" ? user.sub : user.username),
  };
}

/** A text that is not an id may be an e-mail address, and no error repeats that (D20). */
function gone(id: string): GovernanceError {
  const which = isUuid(id) ? `${id} ` : "";
  return new GovernanceError(
    "not-found",
    `user ${which}is not in this pool; give its sub, username or e-mail address`,
    {
      reason: "user-gone",
    },
  );
}
