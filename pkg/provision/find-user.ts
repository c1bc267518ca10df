// Which account is meant (PROVISION-9).
//
// AdminGetUser takes many kinds of names, and answers with the account that AWS finds by them: for an alias its holder,
// for a federated profile the local user that it is linked to. An answer about another account says nothing about the
// one that is asked for: a listing decides whether that one is there.
import { userNameProblem } from "../core/attributes/names.ts";
import type { EpochClock, EpochMs } from "../core/clock.ts";
import type { Directory, SearchableAttribute } from "../core/directory.ts";
import { GovernanceError } from "../core/errors.ts";
import type { User, UserDetails } from "../core/user.ts";
import { isUuid } from "../core/uuid.ts";
import { type Account, createKnownAccounts, type KnownAccounts, keepNewest } from "./known-accounts.ts";

/**
 * Finds the account that a caller means, and its true username, never an alias (D1, mark 28). Decisions on the state of
 * the account need a `reread`: a listing lags behind (mark 50). Rejects with `invalid-argument` for a name that no account
 * can have, and with `failed-precondition` when AWS answers another account for the name of one that is there.
 */
export interface UserFinder {
  /** By the id that resources carry. Rejects with `not-found`, reason `user-gone`. */
  byId(id: string, signal: AbortSignal): Promise<Account>;
  /**
   * By the text that a person types: a sub, a username, an alias, an e-mail address, a phone number or a preferred
   * username. Several hits are `invalid-argument`; the message lists their ids.
   */
  byText(text: string, signal: AbortSignal): Promise<Account>;
  /** The account as it is now, or undefined when it is gone, also when another account has its username now. */
  reread(account: Account, signal: AbortSignal): Promise<UserDetails | undefined>;
  /**
   * Whether an account that `reread` does not find may be there all the same: it was made a moment ago, or a listing shows
   * it (mark 50).
   */
  maybeThere(account: Account, signal: AbortSignal): Promise<boolean>;
  /** Remembers an account that was just made, and that no read may show yet. */
  remember(account: Account): void;
  /** The id that resources carry. */
  idOf(user: User): string;
}

/** After this time a new account is visible to every read (mark 50). */
export const VISIBLE_WITHIN_MS = 30_000;

/** The names by which AWS finds a local user, besides username and sub. */
const ALIASES = ["email", "phone_number", "preferred_username"] as const;

export function createUserFinder(
  directory: Directory,
  userIdKind: "sub" | "username",
  now: EpochClock,
  known: KnownAccounts = createKnownAccounts(),
): UserFinder {
  const madeAt = new Map<string, EpochMs>();

  function remembered<T extends Account>(account: T): T {
    known.remember(account);
    return account;
  }

  async function read(name: string, signal: AbortSignal): Promise<UserDetails | undefined> {
    try {
      return await directory.getUser(name, signal);
    } catch (error) {
      if (error instanceof GovernanceError && error.reason === "user-gone") return undefined;
      throw error;
    }
  }

  /** Undefined where no filter can contain the value. */
  async function list(
    attribute: SearchableAttribute,
    value: string,
    signal: AbortSignal,
  ): Promise<readonly User[] | undefined> {
    try {
      return await directory.findUsers(attribute, value, signal);
    } catch (error) {
      if (error instanceof GovernanceError && error.reason === "not-searchable") return undefined;
      throw error;
    }
  }

  async function reread({ sub, username }: Account, signal: AbortSignal): Promise<UserDetails | undefined> {
    const answer = await read(username, signal);
    if (answer?.sub === sub) return remembered(answer);
    known.forget(sub);
    if (answer !== undefined && (await isHiddenBy(answer, { sub, username }, signal))) {
      throw answeredByAnother(`user ${sub}`, answer);
    }
    return undefined;
  }

  /** Whether the account is there although AWS answers another one for its username. */
  async function isHiddenBy(answer: User, { sub, username }: Account, signal: AbortSignal): Promise<boolean> {
    const listed = await list("sub", sub, signal);
    if (listed === undefined || listed.length === 0) return false;
    if (answer.username !== username) return true;
    // The username was used again, and the listing still shows the old account; or AWS echoes the name that was asked for.
    const [holder] = (await list("sub", answer.sub, signal)) ?? [];
    return holder !== undefined && holder.username !== username;
  }

  async function bySub(given: string, signal: AbortSignal): Promise<Account> {
    const sub = isUuid(given) ? given.toLowerCase() : given;
    const username = known.usernameOf(sub);
    if (username !== undefined) return { sub, username };
    const [listed] = (await list("sub", sub, signal)) ?? [];
    if (listed !== undefined) return remembered(listed);
    if (isUuid(sub)) {
      // A new account, which the listing does not show yet.
      const answer = await read(sub, signal);
      if (answer?.sub === sub) return remembered(answer);
      throw gone(sub);
    }
    const named = await candidates(given, signal);
    if (named.length > 0) throw notAnId("the sub", named);
    throw gone(given);
  }

  async function byUsername(username: string, signal: AbortSignal): Promise<Account> {
    const user = await read(username, signal);
    if (user?.username === username) return remembered(user);
    if (user === undefined) {
      const named = await candidates(username, signal);
      const listed = named.find((one) => one.username === username);
      if (listed !== undefined) return remembered(listed);
      throw named.length > 0 ? notAnId("the username", named) : gone(username);
    }
    const [listed] = (await list("username", username, signal)) ?? [];
    if (listed !== undefined) throw answeredByAnother(`user ${listed.sub}`, user);
    const isSame = user.username.toLowerCase() === username.toLowerCase();
    if (isSame && !(await directory.describePool(signal)).caseSensitiveUsernames) return remembered(user);
    throw notAnId("the username", [user]);
  }

  async function candidates(text: string, signal: AbortSignal): Promise<readonly User[]> {
    const found = new Map<string, User>();
    const add = (users: readonly User[] = []): void => {
      for (const user of users) found.set(user.sub, user);
    };
    if (isUuid(text)) add(await list("sub", text.toLowerCase(), signal));
    add(await list("username", text, signal));
    const isExact = found.size > 0;
    const isAddress = text.includes("@");
    const addressed = isAddress ? await list("email", text, signal) : [];
    add(addressed);
    if (PHONE.test(text)) add(await list("phone_number", text, signal));
    // A username in another case where the pool ignores case, an alias, a new account, a name that no filter can contain.
    const answer = isExact || Array.from(text).length > MAX_USERNAME ? undefined : await read(text, signal);
    const isMeant = answer !== undefined && hasName(answer, text);
    if (isMeant) add([answer]);
    if (found.size === 0) add(await list("preferred_username", text, signal));
    if (found.size === 0 && answer !== undefined) throw answeredByAnother("the user", answer);
    if (found.size === 0 && addressed === undefined) throw notSearchable();
    if (found.size === 0) await refuseOtherSpelling(text, signal);
    return [...found.values()];
  }

  /** Nobody has the name so, but an account may have it in another spelling: that is not an account that is gone. */
  async function refuseOtherSpelling(text: string, signal: AbortSignal): Promise<void> {
    const lower = text.toLowerCase();
    const spellings: (readonly [SearchableAttribute, string, string])[] = [];
    if (lower !== text)
      spellings.push(
        ["username", lower, "in lower case, and this pool tells the cases apart"],
        [text.includes("@") ? "email" : "preferred_username", lower, "in lower case"],
      );
    for (const form of ["NFC", "NFD"] as const) {
      const other = text.normalize(form);
      const how = `with its accents in another Unicode form (${form})`;
      if (other !== text) spellings.push(["username", other, how], ["preferred_username", other, how]);
    }
    for (const number of otherNumbers(text)) {
      spellings.push(["phone_number", number, "as a phone number that begins with + and has digits only"]);
    }
    for (const [attribute, spelling, how] of spellings) {
      const others = (await list(attribute, spelling, signal)) ?? [];
      if (others.length === 0) continue;
      throw new GovernanceError("invalid-argument", `user: user ${idsOf(others)} has this name ${how}`);
    }
  }

  async function byText(text: string, signal: AbortSignal): Promise<Account> {
    const found = await candidates(text, signal);
    const [user] = found;
    if (user === undefined) throw gone(text);
    if (found.length === 1) return remembered(user);
    throw new GovernanceError(
      "invalid-argument",
      `user: ${found.length} accounts match; use the id of one of them: ${idsOf(found)}`,
    );
  }

  async function checked(
    name: string,
    signal: AbortSignal,
    find: (name: string, signal: AbortSignal) => Promise<Account>,
  ): Promise<Account> {
    const problem = userNameProblem(name);
    if (problem !== undefined) throw new GovernanceError("invalid-argument", `user: the name ${problem}`);
    return await find(name, signal);
  }

  return {
    byId: (id, signal) => checked(id, signal, userIdKind === "sub" ? bySub : byUsername),
    byText: (text, signal) => checked(text, signal, byText),
    reread,
    async maybeThere({ sub }, signal) {
      const atMs = madeAt.get(sub);
      if (atMs !== undefined && now() - atMs < VISIBLE_WITHIN_MS) return true;
      return ((await list("sub", sub, signal)) ?? []).length > 0;
    },
    remember(account) {
      remembered(account);
      keepNewest(madeAt, account.sub, now());
    },
    idOf: (user) => (userIdKind === "sub" ? user.sub : user.username),
  };
}

const PHONE = /^\+\d{2,15}$/;

/** The text as E.164 numbers, in which Cognito keeps them: `0049…`, `+49(0)…` and `49-…` are dialled or written so. */
function otherNumbers(text: string): readonly string[] {
  if (!/^\+?[\d().-]{5,}$/.test(text)) return [];
  const numbers = [text, text.replace("(0)", "")].flatMap((number) => {
    const digits = number.replaceAll(/\D/g, "");
    return digits.startsWith("00") ? [digits, digits.slice(2)] : [digits];
  });
  return [...new Set(numbers)].map((digits) => `+${digits}`).filter((number) => number !== text);
}

/** AdminGetUser takes no longer name. */
const MAX_USERNAME = 128;

/** AWS applied the pool's case rule when it found the account. */
function hasName({ sub, username, attributes }: User, name: string): boolean {
  const names = [sub, username, ...ALIASES.map((alias) => attributes.get(alias) ?? "")];
  return names.some((one) => one.toLowerCase() === name.toLowerCase());
}

function idsOf(users: readonly User[]): string {
  return users.map(({ sub }) => sub).join(", ");
}

/** A change by that name would be made to the other account. */
function answeredByAnother(whom: string, { sub }: User): GovernanceError {
  return new GovernanceError(
    "failed-precondition",
    `user: AWS answers another account (user ${sub}) for the username of ${whom}, so a change would be made to that one; if it is a linked profile, change user ${sub}, or unlink the two first (AdminDisableProviderForUser)`,
    { reason: "user-state" },
  );
}

function notAnId(kind: string, named: readonly User[]): GovernanceError {
  return new GovernanceError(
    "not-found",
    `user: the id of an account is ${kind} here (--user-id), and this is another name of user ${idsOf(named)}; sync again, or use that id`,
  );
}

function notSearchable(): GovernanceError {
  return new GovernanceError(
    "invalid-argument",
    "user: no filter of Cognito can contain this address, so it cannot be searched for; use the sub or the username",
    { reason: "not-searchable" },
  );
}

/** A text that is not an id may be an e-mail address, and no error repeats that (D20). */
function gone(id: string): GovernanceError {
  const which = isUuid(id) ? `${id} ` : "";
  return new GovernanceError(
    "not-found",
    `user ${which}is not in this pool; give its sub, username, e-mail address or phone number`,
    { reason: "user-gone" },
  );
}
