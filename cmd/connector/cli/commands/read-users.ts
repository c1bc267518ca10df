import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { temporaryPassword } from "../../../../pkg/core/passwords/temporary-password.ts";
import type { Pool } from "../../../../pkg/core/pool.ts";
import type { User, UserDetails } from "../../../../pkg/core/user.ts";
import { createUserFinder } from "../../../../pkg/provision/find-user.ts";
import type { Account } from "../../../../pkg/provision/known-accounts.ts";
import type { Runtime } from "../../app/compose.ts";
import type { Context } from "../../process/context.ts";
import type { ListedUser } from "../output/user-columns.ts";

/** Reads of users for people, who name them in their own words. */
export interface UserReader {
  /** By any name that people give a user. */
  find(text: string, signal: AbortSignal): Promise<Account>;
  /** Everything of the account, and never that of another one, which AWS may answer for its name. */
  read(account: Account, signal: AbortSignal): Promise<UserDetails>;
  /** Undefined where the pool's settings may not be read, or cannot be now: what is printed then says less. */
  poolIfReadable(signal: AbortSignal): Promise<Pool | undefined>;
  /** Asks for the settings of the pool when there is an account with a temporary password. */
  listed(users: readonly User[], signal: AbortSignal): Promise<readonly ListedUser[]>;
}

export function createUserReader(
  { directory, connector }: Pick<Runtime, "directory" | "connector">,
  { now }: Pick<Context, "now">,
): UserReader {
  const finder = createUserFinder(directory, "sub", now);
  let pool: Promise<Pool | undefined> | undefined;

  function poolIfReadable(signal: AbortSignal): Promise<Pool | undefined> {
    pool ??= connector.pool(signal).catch((error: unknown) => {
      if (signal.aborted) throw GovernanceError.from(error);
      return undefined;
    });
    return pool;
  }

  return {
    find: (text, signal) => finder.byText(text, signal),
    async read(account, signal) {
      const user = await finder.reread(account, signal);
      if (user !== undefined) return user;
      throw new GovernanceError("not-found", `user ${account.sub} is not in this pool`, {
        reason: "user-gone",
      });
    },
    poolIfReadable,
    async listed(users, signal) {
      const waiting = users.some(({ status }) => status === "FORCE_CHANGE_PASSWORD");
      const policy = waiting ? (await poolIfReadable(signal))?.passwordPolicy : undefined;
      return users.map((user) => ({ user, temporaryPassword: temporaryPassword(user, policy, now()) }));
    },
  };
}
