import type { GroupFields } from "../core/directory-writer.ts";
import type { GovernanceError } from "../core/errors.ts";
import type { Group } from "../core/group.ts";
import type { OpenChange } from "../core/journal.ts";
import type { Secret } from "../core/secret.ts";
import type { User } from "../core/user.ts";
import type { Outcome, WriteContext } from "./context.ts";

/** Which account is meant: by the id that resources carry, or by what a person types (sub, username, e-mail). */
export interface UserRef {
  readonly by: "id" | "text";
  readonly value: string;
}

/** Somebody in a group, or no longer in it. `user` is missing where a revoke found nobody. */
export interface Membership {
  readonly user: User | undefined;
  readonly group: string;
}

/** How the account gets its password. */
export type Credential =
  /** None that anybody knows: by invitation, by reset, or never in a pool without passwords. */
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

/** An account as whoever asks for it describes it: login, e-mail and profile, of which any one may do. */
export interface AccountRequest {
  readonly login: string | undefined;
  /** The primary one first. */
  readonly emails: readonly string[];
  /** By the field names of the account creation schema or Cognito's attribute names; JSON values. */
  readonly profile: ReadonlyMap<string, unknown>;
  readonly credential: Credential;
}

export interface CreatedAccount {
  readonly state: "created" | "already-exists";
  /** Missing in a dry run only. */
  readonly user: User | undefined;
  /** The generated password, once; a given one is not given back. */
  readonly password: Secret | undefined;
  /** What somebody must still do before the account can be used, as one line. */
  readonly actionRequired: string | undefined;
  readonly invitationExpiresAt: Date | undefined;
}

export interface DeletedUser {
  /** Missing when there was none. */
  readonly user: User | undefined;
  /** The groups that the user was in, as the audit log keeps them. */
  readonly groups: readonly string[];
}

/** The account as it is after the change, read back; in a dry run as it is. */
export interface ChangedUser {
  readonly user: User;
}

export interface AttributeChange {
  /** By Cognito's names or the aliases of the account creation schema; JSON values. */
  readonly set: ReadonlyMap<string, unknown>;
  readonly remove: readonly string[];
}

export interface ChangedAttributes extends ChangedUser {
  /** Names under which a new value stands. */
  readonly set: readonly string[];
  readonly removed: readonly string[];
  /** Names whose new value counts only once the person has verified it; until then the old one stands (mark 43). */
  readonly pending: readonly string[];
}

export interface RotatedCredential extends ChangedUser {
  /** The generated password, once. */
  readonly password: Secret | undefined;
}

/** A member that is left out stays as it is; Cognito can clear a description, but neither role nor precedence. */
export interface GroupPatch {
  readonly description?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly precedence?: number | undefined;
}

export interface DeletedGroup {
  readonly name: string;
  /** How many people lost the membership. */
  readonly members: number;
}

/** What became of the changes that killed processes left open. */
export interface Recovery {
  readonly settled: readonly {
    readonly change: OpenChange;
    readonly outcome: "done" | "failed" | "undone" | "partial" | "unknown";
    /** One line: what stands. */
    readonly says: string;
  }[];
  /** Still open: they could not be looked at. */
  readonly failed: readonly { readonly change: OpenChange; readonly error: GovernanceError }[];
}

/**
 * Everything that can be changed in the pool, in domain words. Every method checks all that it can before the first
 * write, repeats without harm, and rejects with a GovernanceError: `refused-by-guard`, `failed-precondition` without
 * `--provisioning`, `invalid-argument` naming the field, `not-found`; one that broke off names in `appliedEffects` what stands.
 */
export interface Provisioner {
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
  /** A user who is gone is deleted. */
  deleteUser(user: UserRef, context: WriteContext, signal: AbortSignal): Promise<Outcome<DeletedUser>>;
  /** `temporary` in the credential makes the person change it at the next sign-in. */
  rotateCredential(
    user: UserRef,
    credential: Credential,
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<RotatedCredential>>;

  enableUser(user: UserRef, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;
  /** ID tokens that are out stay valid until they expire, whatever is done here (mark 47). */
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
  setPassword(
    user: UserRef,
    password: Secret,
    how: { readonly permanent: boolean },
    context: WriteContext,
    signal: AbortSignal,
  ): Promise<Outcome<ChangedUser>>;
  resetPassword(user: UserRef, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;
  resendInvitation(user: UserRef, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;
  signOutUser(user: UserRef, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;
  confirmSignUp(user: UserRef, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;
  resetMfa(user: UserRef, context: WriteContext, signal: AbortSignal): Promise<Outcome<ChangedUser>>;

  /** One that is there already with the same fields is `nothing-to-do`; with others it is `already-exists`. */
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
  /** A group that is gone is deleted. */
  deleteGroup(name: string, context: WriteContext, signal: AbortSignal): Promise<Outcome<DeletedGroup>>;

  /** Settles what killed processes left open; also done on the way for whoever changes the same target. */
  recover(signal: AbortSignal): Promise<Recovery>;
  /** Resolves when no change is under way. */
  idle(): Promise<void>;
}
