/** What a caller may do. A provisioner may also read. */
export type Role = "read" | "provision";

/** The role that an operation needs; `none` for one without authentication, such as a health check. */
export type RequiredRole = Role | "none";

/** A caller that passed every layer. */
export interface AuthenticatedCaller {
  /** For the audit log (caller-name.ts); the peer for a caller without credentials. */
  readonly name: string;
  readonly role: Role;
}
