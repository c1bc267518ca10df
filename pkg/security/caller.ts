/** What a caller may do. A provisioner may also read. */
export type Role = "read" | "provision";

/** The role that an operation needs; `none` for one without authentication, such as a health check. */
export type RequiredRole = Role | "none";

/** A caller that passed every layer. */
export interface AuthenticatedCaller {
  /** For the audit log: the name of a certificate or a token, or the subject of a JWT. */
  readonly name: string;
  readonly role: Role;
}
