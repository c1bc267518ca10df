import { AwsError, userNotFound } from "../errors.ts";
import type { Pool } from "../pool.ts";
import type { StoredUser } from "../stored-user.ts";
import { textOf } from "../validate.ts";
import { members } from "./members.ts";
import { nothing, type Operation, type OperationCall, writable } from "./operation.ts";

/** The user that a write is about, by username, sub or alias. */
export function subjectOf(call: OperationCall): { readonly pool: Pool; readonly user: StoredUser } {
  const pool = writable(call);
  const user = pool.resolve(textOf(call.input, "Username"));
  if (user === undefined) throw userNotFound();
  return { pool, user };
}

type Change = (user: StoredUser, call: OperationCall, pool: Pool) => void;

/** An operation that takes pool and username, changes the user and returns nothing. */
function onUser(name: string, category: Operation["category"], change: Change): Operation {
  return {
    name,
    category,
    writes: true,
    members: members(["UserPoolId", "Username"], ["ClientMetadata"]),
    run(call) {
      const { pool, user } = subjectOf(call);
      change(user, call, pool);
      return nothing;
    },
  };
}

export const adminDeleteUser = onUser("AdminDeleteUser", "UserUpdate", (user, _call, pool) => {
  pool.deleteUser(user.username);
});

export const adminEnableUser = onUser("AdminEnableUser", "UserUpdate", (user, call) => {
  user.enabled = true;
  user.modifiedMs = call.clockMs;
});

/** Disabling revokes the tokens; they stay revoked when the user is enabled again. */
export const adminDisableUser = onUser("AdminDisableUser", "UserUpdate", (user, call) => {
  user.enabled = false;
  user.signOuts += 1;
  user.modifiedMs = call.clockMs;
});

export const adminUserGlobalSignOut = onUser("AdminUserGlobalSignOut", "UserUpdate", (user) => {
  user.signOuts += 1;
});

export const adminConfirmSignUp = onUser("AdminConfirmSignUp", "UserCreation", (user, call) => {
  if (user.status !== "UNCONFIRMED") {
    throw new AwsError(
      "NotAuthorizedException",
      `User cannot be confirmed. Current status is ${user.status}`,
    );
  }
  user.status = "CONFIRMED";
  user.modifiedMs = call.clockMs;
});
