import type { ClientMetadata } from "./client-metadata.ts";
import type { Group } from "./group.ts";
import type { Secret } from "./secret.ts";
import type { MfaFactor, User } from "./user.ts";

/** AWS did what was asked. */
export interface Receipt {
  readonly requestId: string | undefined;
}

/** AWS created something, and described it. */
export interface Made<T> extends Receipt {
  readonly made: T;
}

export type Medium = "EMAIL" | "SMS";

/** An account as AdminCreateUser takes it. */
export interface NewUser {
  /** The username; in pools that sign in by e-mail or phone that address, and Cognito generates the username. */
  readonly username: string;
  /** By Cognito's names, values as text. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Without it Cognito generates a password, which only the invitation contains. */
  readonly temporaryPassword: Secret | undefined;
  /** Empty: no invitation is sent (MessageAction SUPPRESS). Never left to Cognito's default, which is SMS. */
  readonly inviteBy: readonly Medium[];
  readonly clientMetadata?: ClientMetadata | undefined;
}

/** The fields of a group besides its name. UpdateGroup always gets all three: a server may replace or merge them. */
export interface GroupFields {
  readonly description: string | undefined;
  readonly roleArn: string | undefined;
  /** 0 is a value, and the strongest. */
  readonly precedence: number | undefined;
}

/**
 * The calls that change the pool, one AWS call each, by true username or group name. A method resolves when AWS
 * confirmed the call, and rejects with a GovernanceError otherwise: with reason `outcome-unknown` when the call may have
 * been done all the same. A call is not repeated where that could do it twice. `clientMetadata` goes to the triggers of the
 * pool, in each call that takes it.
 */
export interface DirectoryWriter {
  createUser(user: NewUser, signal: AbortSignal): Promise<Made<User>>;
  /** Sends a new temporary password. Only for users who still have one (FORCE_CHANGE_PASSWORD). */
  resendInvitation(
    username: string,
    by: readonly Medium[],
    signal: AbortSignal,
    clientMetadata?: ClientMetadata,
  ): Promise<Receipt>;
  deleteUser(username: string, signal: AbortSignal): Promise<Receipt>;
  enableUser(username: string, signal: AbortSignal): Promise<Receipt>;
  disableUser(username: string, signal: AbortSignal): Promise<Receipt>;
  /** Revokes refresh and access tokens. ID tokens that were issued before stay valid until they expire. */
  signOutUser(username: string, signal: AbortSignal): Promise<Receipt>;
  setAttributes(
    username: string,
    attributes: ReadonlyMap<string, string>,
    signal: AbortSignal,
    clientMetadata?: ClientMetadata,
  ): Promise<Receipt>;
  deleteAttributes(username: string, names: readonly string[], signal: AbortSignal): Promise<Receipt>;
  /** Not permanent: the person must change it at the next sign-in. */
  setPassword(username: string, password: Secret, permanent: boolean, signal: AbortSignal): Promise<Receipt>;
  /** The old password is invalid at once. A code is sent to the verified e-mail address or phone number. */
  resetPassword(username: string, signal: AbortSignal, clientMetadata?: ClientMetadata): Promise<Receipt>;
  confirmSignUp(username: string, signal: AbortSignal, clientMetadata?: ClientMetadata): Promise<Receipt>;
  /** Turns these second factors off, and touches no other. */
  clearMfa(username: string, factors: readonly MfaFactor[], signal: AbortSignal): Promise<Receipt>;
  /** Rejects with `group-gone` or `user-gone`. Succeeds when the user is a member already. */
  addMember(groupName: string, username: string, signal: AbortSignal): Promise<Receipt>;
  removeMember(groupName: string, username: string, signal: AbortSignal): Promise<Receipt>;
  createGroup(name: string, fields: GroupFields, signal: AbortSignal): Promise<Made<Group>>;
  updateGroup(name: string, fields: GroupFields, signal: AbortSignal): Promise<Made<Group>>;
  deleteGroup(name: string, signal: AbortSignal): Promise<Receipt>;
}
