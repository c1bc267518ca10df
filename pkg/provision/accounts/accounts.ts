import type { OpenChange } from "../../core/journal.ts";
import type { Settlement } from "../changes.ts";
import type { Outcome, WriteContext } from "../context.ts";
import type { Account } from "../find-user.ts";
import type { Parts } from "../parts.ts";
import type {
  AccountRequest,
  CreatedAccount,
  Credential,
  DeletedUser,
  RotatedCredential,
} from "../provisioner.ts";
import type { StepLog } from "../steps.ts";
import { createAccount } from "./create-account.ts";
import { deleteUser, settleDeletion } from "./delete-user.ts";
import { rotateCredential, settleRotation } from "./rotate-credential.ts";
import { settleAccount } from "./settle-account.ts";

/** Accounts as they come and go, and their credentials. */
export interface Accounts {
  createAccount(
    request: AccountRequest,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<CreatedAccount>>;
  /** `nothing-to-do` when the account is gone. */
  deleteUser(account: Account, context: WriteContext, signal: AbortSignal): Promise<Outcome<DeletedUser>>;
  rotateCredential(
    account: Account,
    credential: Credential,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<RotatedCredential>>;
  /** Of the kinds create-account, delete-user and rotate-credential. */
  settle(change: OpenChange, steps: StepLog): Promise<Settlement>;
}

export function createAccounts(parts: Parts): Accounts {
  return {
    createAccount: (request, context, signal) => createAccount(parts, request, context, signal),
    deleteUser: (account, context, signal) => deleteUser(parts, account, context, signal),
    rotateCredential: (account, credential, context, signal) =>
      rotateCredential(parts, account, credential, context, signal),
    async settle(change, steps) {
      if (change.kind === "delete-user") return await settleDeletion(parts, change, steps);
      if (change.kind === "rotate-credential") return await settleRotation(change);
      return await settleAccount(parts, change, steps);
    },
  };
}
