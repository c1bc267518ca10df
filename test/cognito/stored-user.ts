import type { AuthEventRecord, UserRecord } from "./model.ts";

/** A user of a stored pool. Change attributes through the pool, which keeps the alias index; the rest directly. */
export class StoredUser implements UserRecord {
  readonly username: string;
  readonly sub: string;
  readonly attributes = new Map<string, string>();
  /** Made by a provider's sign-in; setting a password changes the status, not this. */
  readonly federated: boolean;
  readonly createdMs: number;
  modifiedMs: number;
  enabled: boolean;
  status: string;
  mfaList: readonly string[];
  preferredMfa: string | undefined;
  events: readonly AuthEventRecord[];
  /** Newest first; the current one is at the front. Tests read it to see that a password was set. */
  passwords: readonly string[] = [];
  signOuts = 0;
  invitations = 0;

  constructor(start: Omit<UserRecord, "attributes">) {
    this.username = start.username;
    this.sub = start.sub;
    this.federated = start.status === "EXTERNAL_PROVIDER";
    this.createdMs = start.createdMs;
    this.modifiedMs = start.modifiedMs;
    this.enabled = start.enabled;
    this.status = start.status;
    this.mfaList = start.mfaList;
    this.preferredMfa = start.preferredMfa;
    this.events = start.events;
  }
}
