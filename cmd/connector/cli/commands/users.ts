import type { Config } from "../../../../pkg/config/config.ts";
import type { ChangeKind } from "../../../../pkg/core/change.ts";
import type { Medium } from "../../../../pkg/core/directory-writer.ts";
import type { Secret } from "../../../../pkg/core/secret.ts";
import { TOKENS_OF_DELETED } from "../../../../pkg/provision/groups/end-sessions.ts";
import type {
  AttributeChange,
  ChangedUser,
  Outcome,
  UserRef,
} from "../../../../pkg/provision/provisioner.ts";
import type { Context } from "../../process/context.ts";
import { makeChanges, type Tools } from "../make-changes.ts";
import { changeRow, type Detail } from "../output/change-output.ts";

/** The change of one user that a command line asks for. */
export type UserRequest =
  | { readonly kind: "delete-user" }
  | { readonly kind: "enable-user" }
  | { readonly kind: "disable-user"; readonly signOut: boolean }
  | { readonly kind: "set-password"; readonly password: Secret; readonly temporary: boolean }
  | { readonly kind: "reset-password" }
  | { readonly kind: "resend-invitation"; readonly deliverBy: readonly Medium[] | undefined }
  | { readonly kind: "sign-out-user" }
  | { readonly kind: "confirm-sign-up" }
  | { readonly kind: "reset-mfa" }
  | { readonly kind: "update-user-attributes"; readonly change: AttributeChange };

const FLAGS = { user: "--user", password: "--stdin", "remove[]": "--remove", "profile.": "--set " };

/** Changes one user. `text` is a sub, a username or an e-mail address. */
export function userCommand(
  text: string,
  request: UserRequest,
  config: Config,
  context: Context,
): Promise<number> {
  return makeChanges(config, context, {
    detailKeys: detailKeysOf(request.kind),
    flags: FLAGS,
    changes: [
      {
        name: "the user",
        make: (tools) => changeOf({ by: "text", value: text }, request, tools),
      },
    ],
  });
}

function detailKeysOf(kind: UserRequest["kind"]): readonly string[] {
  if (kind === "delete-user") return ["groups"];
  if (kind === "disable-user") return ["enabled", "status", "warning"];
  return kind === "update-user-attributes" ? ["set", "removed", "pending"] : ["enabled", "status"];
}

async function changeOf(ref: UserRef, request: UserRequest, { provisioner, write, signal }: Tools) {
  switch (request.kind) {
    case "delete-user": {
      const outcome = await provisioner.deleteUser(ref, write, signal);
      const { user, groups } = outcome.result;
      const list = groups.length === 0 ? "no group" : groups.join(", ");
      return changeRow("delete-user", outcome, {
        user: user?.sub,
        details: { groups },
        done: `deleted: user ${user?.sub ?? ""}, member of ${list}`,
        already: "the user is not in the pool",
        more: outcome.outcome === "done" ? [TOKENS_OF_DELETED] : [],
      });
    }
    case "enable-user":
      return aboutUser(request.kind, await provisioner.enableUser(ref, write, signal), {
        done: "enabled",
        already: "is already enabled",
      });
    case "disable-user": {
      const { signOut } = request;
      const outcome = await provisioner.disableUser(ref, { signOut }, write, signal);
      const isDenied = outcome.warnings.length > 0;
      return aboutUser(request.kind, outcome, {
        done: signOut && !isDenied ? "disabled and signed out" : "disabled",
        already: `is already disabled${isDenied ? ", but could not be signed out" : ""}`,
        after: [
          ...(isDenied ? ["the user is not signed out"] : []),
          "issued ID tokens stay valid until they expire",
        ],
      });
    }
    case "set-password": {
      const { password, temporary } = request;
      const outcome = await provisioner.setPassword(ref, password, { permanent: !temporary }, write, signal);
      return aboutUser(request.kind, outcome, {
        done: temporary ? "temporary password set" : "password set",
        already: "already has this password",
      });
    }
    case "reset-password":
      return aboutUser(request.kind, await provisioner.resetPassword(ref, write, signal), {
        done: "password reset, code sent",
        already: "has no password to reset",
      });
    case "resend-invitation":
      return aboutUser(
        request.kind,
        await provisioner.resendInvitation(ref, { deliverBy: request.deliverBy }, write, signal),
        {
          done: "invitation sent again",
          already: "needs no invitation",
        },
      );
    case "sign-out-user":
      return aboutUser(request.kind, await provisioner.signOutUser(ref, write, signal), {
        done: "signed out everywhere",
        already: "is already signed out",
        after: ["issued ID tokens stay valid until they expire"],
      });
    case "confirm-sign-up":
      return aboutUser(request.kind, await provisioner.confirmSignUp(ref, write, signal), {
        done: "sign-up confirmed",
        already: "is already confirmed",
      });
    case "reset-mfa":
      return aboutUser(request.kind, await provisioner.resetMfa(ref, write, signal), {
        done: "MFA turned off",
        already: "has no MFA",
      });
    case "update-user-attributes": {
      const outcome = await provisioner.updateAttributes(ref, request.change, write, signal);
      const { user, set, removed, pending } = outcome.result;
      const parts = [
        ...(set.length === 0 ? [] : [`set ${set.join(", ")}`]),
        ...(removed.length === 0 ? [] : [`removed ${removed.join(", ")}`]),
      ];
      const waiting =
        pending.length === 0
          ? []
          : [`the old value of ${pending.join(", ")} stays until the user verifies the new one`];
      return changeRow("update-user-attributes", outcome, {
        user: user.sub,
        details: { set, removed, pending },
        done: `updated: user ${user.sub}${parts.length === 0 ? "" : `; ${parts.join("; ")}`}`,
        already: `user ${user.sub} already has these attributes`,
        more: waiting,
      });
    }
  }
}

interface Sentences {
  readonly done: string;
  readonly already: string;
  /** Lines that are printed after the change is done. */
  readonly after?: readonly string[];
}

function aboutUser(
  kind: ChangeKind,
  outcome: Outcome<ChangedUser>,
  { done, already, after = [] }: Sentences,
) {
  const { sub, enabled, status } = outcome.result.user;
  const warning = outcome.warnings.length === 0 ? undefined : outcome.warnings.join("; ");
  const details: Readonly<Record<string, Detail>> = { enabled, status, warning };
  return changeRow(kind, outcome, {
    user: sub,
    details,
    done: `${done}: user ${sub}`,
    already: `user ${sub} ${already}`,
    more: outcome.outcome === "done" ? after : [],
  });
}
