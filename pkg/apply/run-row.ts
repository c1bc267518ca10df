import type { Outcome, Provisioner, WriteContext } from "../provision/provisioner.ts";
import type { RowChange } from "./batch.ts";

/** One change, whatever its kind. */
export interface RowOutcome extends Omit<Outcome<unknown>, "result"> {
  /** The `sub`; undefined when there is no such user, or not yet. */
  readonly user: string | undefined;
  /** What must still be done before the account can be used. */
  readonly actionRequired: string | undefined;
}

export async function runRow(
  provisioner: Provisioner,
  change: RowChange,
  context: WriteContext,
  signal: AbortSignal,
): Promise<RowOutcome> {
  if (change.action === "create") {
    const { result, ...outcome } = await provisioner.createAccount(change.account, context, signal);
    return { ...outcome, user: result.user?.sub, actionRequired: result.actionRequired };
  }
  const ref = { by: "text", value: change.user } as const;
  const { result, ...outcome } = await runOnUser(provisioner, change, ref, context, signal);
  return { ...outcome, user: result.user?.sub, actionRequired: undefined };
}

function runOnUser(
  provisioner: Provisioner,
  change: Exclude<RowChange, { action: "create" }>,
  ref: { readonly by: "text"; readonly value: string },
  context: WriteContext,
  signal: AbortSignal,
): Promise<Outcome<{ readonly user: { readonly sub: string } | undefined }>> {
  switch (change.action) {
    case "grant":
      return provisioner.grant(ref, change.group, context, signal);
    case "revoke":
      return provisioner.revoke(ref, change.group, context, signal);
    case "disable":
      return provisioner.disableUser(ref, { signOut: true }, context, signal);
    case "enable":
      return provisioner.enableUser(ref, context, signal);
    case "delete":
      return provisioner.deleteUser(ref, context, signal);
  }
}

const COLUMN_OF: readonly (readonly [RegExp, string])[] = [
  [/\bprofile\.sendInviteEmail\b/g, "invite"],
  [/\bprofile\.deliverInviteBy\b/g, "deliver_by"],
  [/\bemails\[\d+\]/g, "email"],
  [/\bprofile\.email\b(?!_)/g, "email"],
  [/\bprofile\.(?=[\w:])/g, "attribute:"],
];

/** The message with columns of the file instead of fields of a request. */
export function inColumns(message: string): string {
  return COLUMN_OF.reduce((text, [field, column]) => text.replaceAll(field, column), message);
}
