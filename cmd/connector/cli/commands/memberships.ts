import type { Config } from "../../../../pkg/config/config.ts";
import { tokensNote } from "../../../../pkg/provision/groups/end-sessions.ts";
import type { Context } from "../../process/context.ts";
import { makeChanges } from "../make-changes.ts";
import { changeRow, failureOf } from "../output/change-output.ts";

export interface MembershipRequest {
  readonly kind: "grant" | "revoke";
  readonly user: string;
  readonly groups: readonly string[];
}

/** Adds one user to groups or removes the user from them. Each group is a change of its own. */
export function membershipsCommand(
  { kind, user, groups }: MembershipRequest,
  config: Config,
  context: Context,
): Promise<number> {
  return makeChanges(config, context, {
    detailKeys: kind === "revoke" ? ["warning"] : [],
    flags: { user: "--user" },
    changes: groups.map((group) => ({
      name: `group ${group}`,
      async make({ provisioner, write, signal }) {
        const ref = { by: "text", value: user } as const;
        const outcome =
          kind === "grant"
            ? await provisioner.grant(ref, group, write, signal)
            : await provisioner.revoke(ref, group, { ...write, groupMustExist: true }, signal);
        const sub = outcome.result.user?.sub;
        const { signedOut = false } = outcome.result;
        const { warnings } = outcome;
        const isMade = kind === "revoke" && outcome.outcome !== "nothing-to-do";
        const who = sub === undefined ? "the user is not in the pool" : `user ${sub}`;
        const sentences =
          kind === "grant"
            ? { done: `granted: ${who} is in group ${group}`, already: `${who} is already in group ${group}` }
            : {
                done: `revoked: ${who} is no longer in group ${group}${signedOut ? ", and is signed out" : ""}`,
                already: sub === undefined ? who : `${who} is not in group ${group}`,
              };
        return changeRow(kind, outcome, {
          user: sub,
          group,
          ...sentences,
          details: { warning: warnings.length === 0 ? undefined : warnings.join("; ") },
          more: isMade ? [tokensNote(group, signedOut, signedOut || warnings.length > 0)] : [],
          failure: failureOf(outcome),
        });
      },
    })),
  });
}
