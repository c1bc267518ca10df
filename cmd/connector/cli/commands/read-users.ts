import { GovernanceError } from "../../../../pkg/core/errors.ts";
import { temporaryPassword } from "../../../../pkg/core/passwords/temporary-password.ts";
import type { Pool } from "../../../../pkg/core/pool.ts";
import type { User } from "../../../../pkg/core/user.ts";
import { type Account, createUserFinder } from "../../../../pkg/provision/find-user.ts";
import type { Runtime } from "../../app/compose.ts";
import type { Context } from "../../process/context.ts";
import type { ListedUser } from "../output/user-columns.ts";

/** Reads of users for people, who name them in their own words. */
export interface UserReader {
  /** By a sub, a username or an e-mail address. */
  find(text: string, signal: AbortSignal): Promise<Account>;
  /** Undefined where the pool's settings may not be read, or cannot be now: what is printed then says less. */
  poolIfReadable(signal: AbortSignal): Promise<Pool | undefined>;
  /** Asks for the settings of the pool when there is an account with a temporary password. */
  listed(users: readonly User[], signal: AbortSignal): Promise<readonly ListedUser[]>;
}

export function createUserReader(
  { directory, connector }: Pick<Runtime, "directory" | "connector">,
  { now }: Pick<Context, "now">,
): UserReader {
  let pool: Promise<Pool | undefined> | undefined;

  function poolIfReadable(signal: AbortSignal): Promise<Pool | undefined> {
    pool ??= connector.pool(signal).catch((error: unknown) => {
      if (signal.aborted) throw GovernanceError.from(error);
      return undefined;
    });
    return pool;
  }

  return {
    find: (text, signal) => createUserFinder(directory, "sub", now).byText(text, signal),
    poolIfReadable,
    async listed(users, signal) {
      const waiting = users.some(({ status }) => status === "FORCE_CHANGE_PASSWORD");
      const policy = waiting ? (await poolIfReadable(signal))?.passwordPolicy : undefined;
      return users.map((user) => ({ user, temporaryPassword: temporaryPassword(user, policy, now()) }));
    },
  };
}
