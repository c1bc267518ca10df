import type { ChangeStep, Requester } from "../core/change.ts";
import type { ClientMetadata } from "../core/client-metadata.ts";
import type { GroupFields, Medium } from "../core/directory-writer.ts";
import type { GovernanceError } from "../core/errors.ts";
import type { Group } from "../core/group.ts";
import type { BudgetStatus, OpenChange } from "../core/journal.ts";
import type { WriteOperation } from "../core/operations.ts";
import type { Secret } from "../core/secret.ts";
import type { User } from "../core/user.ts";
import type { RecentMembers } from "./recent-members.ts";

/** On whose behalf a change is made, and whether it is made at all. */
export interface WriteContext {
  readonly requester: Requester;
  /** Reads and checks everything and says what would be called, but calls nothing that changes the pool. */
  readonly dryRun: boolean;
  /** Whether a user who loses a group is signed out too; the setting decides where it is missing. */
  readonly endSessions?: boolean | undefined;
  /**
   * Refuses a revoke from a group that the pool does not have: a person may have misspelt it. Without it there is nothing to
   * do, as connectors of the Baton SDK answer.
   */
  readonly groupMustExist?: boolean | undefined;
  /** Why the change is asked for, in the words of the caller. The audit log keeps it. */
  readonly justification?: string | undefined;
  /** Added to the client metadata that is set for all changes; replaces it key by key. */
  readonly clientMetadata?: ClientMetadata | undefined;
}

/** The result of a change that did not fail. */
export interface Outcome<T> {
  readonly result: T;
  /** `nothing-to-do`: the pool was like this already. `planned`: a dry run. */
  readonly outcome: "done" | "nothing-to-do" | "planned";
  /** The id under which the audit log has the change; "" for a dry run. */
  readonly change: string;
  /** The calls that were made; none for a dry run. */
  readonly steps: readonly ChangeStep[];
  /** The calls that a dry run would make, in order; for a real run those that were planned. */
  readonly planned: readonly WriteOperation[];
  /** One line for each part that was not made, and without which the change is made all the same. */
  readonly warnings: readonly string[];
  /** The limits that count the change, after it. */
  readonly limits?: readonly BudgetStatus[];
}

/** Which account is meant: by the id that resources carry, or by what a person types (sub, username, alias, address). */
export interface UserRef {
  readonly by: "id" | "text";
  readonly value: string;
  /** Where the caller has just read it: it is not searched for again. The change finds out whether it is still there. */
  readonly account?: Pick<User, "sub" | "username"> | undefined;
}

/** A user in a group, or no longer in it. `user` is missing when a revoke found no such user. */
export interface Membership {
  readonly user: User | undefined;
  readonly group: string;
  /** Of a revoke: the user was signed out, or in a dry run would be. */
  readonly signedOut?: boolean;
}

/** How the account gets its password. */
export type Credential =
  /** No password that anybody knows: it comes by invitation or reset, or never in a pool without passwords. */
  | { readonly kind: "none" }
  | {
      readonly kind: "random";
      /** Characters; raised to what the pool's policy demands. */
      readonly length?: number | undefined;
      readonly constraints?: readonly { readonly charSet: string; readonly minCount: number }[];
      /** To be changed at the first sign-in. */
      readonly temporary: boolean;
    }
  | { readonly kind: "given"; readonly password: Secret; readonly temporary: boolean };

/** An account as the caller describes it: login, e-mail and profile. Any one of them may be enough. */
export interface AccountRequest {
  readonly login: string | undefined;
  /** The primary one first. */
  readonly emails: readonly string[];
  /** By the field names of the account creation schema or Cognito's attribute names; JSON values. */
  readonly profile: ReadonlyMap<string, unknown>;
  readonly credential: Credential;
  /** The account is put into these groups in the same change. */
  readonly groups?: readonly string[];
  /** `false`: the account is made disabled, before it gets a password or a group. */
  readonly enabled?: boolean;
}

export interface CreatedAccount {
  readonly state: "created" | "already-exists";
  /** Missing in a dry run only. */
  readonly user: User | undefined;
  /** Of an account that exists already: the names of what was asked for and does not hold. It is not changed. */
  readonly notApplied?: readonly string[];
  /** The generated password, once; a given one is not given back. */
  readonly password: Secret | undefined;
  /** A part of the creation that failed after the account was made, and the cure, as one line. */
  readonly actionRequired: string | undefined;
  /** What the caller left open, so that the person cannot sign in yet, as one line. */
  readonly nextStep: string | undefined;
  readonly invitationExpiresAt: Date | undefined;
}

export interface DeletedUser {
  /** Missing when there was no such account. */
  readonly user: User | undefined;
  /** The groups that the user was in, as the audit log keeps them. */
  readonly groups: readonly string[];
}

/**
 * The account as it is after the change, read back; in a dry run as it is. One that was enabled or disabled is not read back,
 * since only its `modifiedAt` could not be known: that is the one of before.
 */
export interface ChangedUser {
  readonly user: User;
}

export interface AttributeChange {
  /** By Cognito's names or the aliases of the account creation schema; JSON values. */
  readonly set: ReadonlyMap<string, unknown>;
  readonly remove: readonly string[];
}

export interface ChangedAttributes extends ChangedUser {
  /** Names of the attributes that have their new value. */
  readonly set: readonly string[];
  readonly removed: readonly string[];
  /** Names of attributes that keep their old value until the person has verified the new one (mark 43). */
  readonly pending: readonly string[];
}

/** What is to be different of one user. A part that is left out does not change. */
export interface UserChange extends Partial<AttributeChange> {
  readonly password?: { readonly secret: Secret; readonly permanent: boolean };
  readonly enabled?: boolean;
  /** With `enabled: false` the sessions end when this change disables the user; otherwise they end in any case. */
  readonly signOut?: boolean;
  readonly addGroups?: readonly string[];
  readonly removeGroups?: readonly string[];
}

/** What a change of several parts of a user came to. */
export interface ChangedParts extends ChangedAttributes {
  /** The groups that the user was not in before, and those that the user was in. */
  readonly addedGroups: readonly string[];
  readonly removedGroups: readonly string[];
}

export interface RotatedCredential extends ChangedUser {
  /** The generated password, once. */
  readonly password: Secret | undefined;
}

/** A member that is left out does not change. Cognito can clear a description, but neither role nor precedence. */
export interface GroupPatch {
  readonly description?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly precedence?: number | undefined;
}

export interface DeletedGroup {
  readonly name: string;
  /** How many people lost the membership. */
  readonly members: number;
  /** How many of them were signed out, or in a dry run would be. */
  readonly signedOut: number;
}

export interface RecoveryResult {
  readonly outcome: "done" | "failed" | "undone" | "partial" | "unknown";
  /** One line for the operator: what is in effect now. */
  readonly says: string;
}

/** A change of a killed process, after its recovery. */
export interface RecoveredChange extends RecoveryResult {
  readonly change: OpenChange;
}

/** What became of the changes that killed processes left open. */
export interface Recovery {
  readonly recovered: readonly RecoveredChange[];
  /** Still open: they could not be looked at. */
  readonly failed: readonly { readonly change: OpenChange; readonly error: GovernanceError }[];
}

/**
 * Everything that can be changed in the pool, in domain words. Every method checks all that it can before the first
 * write, repeats without harm, and rejects with a GovernanceError: `refused-by-guard`, `failed-precondition` without
 * `--provisioning`, `invalid-argument` naming the field, `not-found`. When a change stopped half way, `appliedEffects`
 * of the error lists what has already been done.
 */
export interface Provisioner {
  /** For a caller that compares memberships with a listing. */
  readonly recentMembers: RecentMembers;
  grant(
    user: UserRef,
    group: string,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<Membership>>;
  revoke(
    user: UserRef,
    group: string,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<Membership>>;

  createAccount(
    request: AccountRequest,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<CreatedAccount>>;
  /** `nothing-to-do` when the user is gone already. */
  deleteUser(user: UserRef, context: WriteContext, signal: AbortSignal): Promise<Outcome<DeletedUser>>;
  /** `temporary` in the credential makes the person change it at the next sign-in. */
  rotateCredential(
    user: UserRef,
    credential: Credential,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<RotatedCredential>>;

  enableUser(user: UserRef, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;
  /** ID tokens that were issued before stay valid until they expire (mark 47). */
  disableUser(
    user: UserRef,
    how: { readonly signOut: boolean },
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<ChangedUser>>;
  updateAttributes(
    user: UserRef,
    change: AttributeChange,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<ChangedAttributes>>;
  /**
   * One change of several parts of a user, in the fewest calls: what the user has already is left out. The calls are made
   * in this order: disable, sign out, attributes, password, groups, enable. So nobody signs in who may not, and when a call
   * fails those after it are not made.
   */
  changeUser(
    user: UserRef,
    change: UserChange,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<ChangedParts>>;
  setPassword(
    user: UserRef,
    password: Secret,
    how: { readonly permanent: boolean },
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<ChangedUser>>;
  resetPassword(user: UserRef, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;
  /** Without `deliverBy` the invitation goes to the e-mail address, else to the phone number. */
  resendInvitation(
    user: UserRef,
    how: { readonly deliverBy: readonly Medium[] | undefined },
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<ChangedUser>>;
  signOutUser(user: UserRef, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;
  confirmSignUp(user: UserRef, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;
  resetMfa(user: UserRef, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;

  /** `nothing-to-do` when the group exists with the same fields, `already-exists` when it has others. */
  createGroup(
    name: string,
    fields: GroupFields,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<Group>>;
  updateGroup(
    name: string,
    patch: GroupPatch,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<Group>>;
  /** `nothing-to-do` when the group is gone already. */
  deleteGroup(name: string, context: WriteContext, signal: AbortSignal): Promise<Outcome<DeletedGroup>>;

  /** Recovers the changes that killed processes left open. A change of the same target does the same on its way. */
  recover(signal: AbortSignal): Promise<Recovery>;
  /** Resolves when no change is under way. */
  idle(): Promise<void>;
}
