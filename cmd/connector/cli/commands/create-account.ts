import type { Config } from "../../../../pkg/config/config.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { User } from "../../../../pkg/core/user.ts";
import type { Sealer } from "../../../../pkg/encryption/sealer.ts";
import type { CreatedAccount, Credential } from "../../../../pkg/provision/provisioner.ts";
import type { Context } from "../../process/context.ts";
import { readPassword } from "../../process/stdin.ts";
import { sealerFromFile } from "../encrypt-to.ts";
import { makeChanges } from "../make-changes.ts";
import { type ChangeRow, changeRow } from "../output/change-output.ts";
import { sealedCells } from "../output/sealed-password.ts";

export interface AccountFlags {
  readonly login: string | undefined;
  readonly email: string | undefined;
  readonly profile: ReadonlyMap<string, unknown>;
  readonly invite: boolean;
  /** EMAIL, SMS or both. */
  readonly deliverBy: string | undefined;
  readonly password: "none" | "random" | "stdin";
  readonly temporary: boolean;
  readonly encryptTo: string | undefined;
}

const FLAGS = {
  login: "--login",
  "emails[0]": "--email",
  email: "--email",
  credential_options: "--password",
  "profile.sendInviteEmail": "--invite",
  "profile.deliverInviteBy": "--deliver-by",
  "profile.login": "--profile login",
  "profile.username": "--profile username",
  "profile.": "--attribute ",
};

/** Creates one user. Keys and passwords are checked before the first call to AWS. */
export async function createAccountCommand(
  flags: AccountFlags,
  config: Config,
  context: Context,
): Promise<number> {
  const sealer = await wantedSealer(flags, context);
  const credential = await credentialOf(flags, context);
  const profile = new Map([
    ...flags.profile,
    ...(flags.invite ? ([["sendInviteEmail", true]] as const) : []),
    ...(flags.deliverBy === undefined ? [] : ([["deliverInviteBy", flags.deliverBy]] as const)),
  ]);
  const emails = flags.email === undefined ? [] : [flags.email];
  return await makeChanges(config, context, {
    detailKeys: [
      "id",
      "username",
      "state",
      "not_applied",
      "cause",
      "action_required",
      "invitation_expires",
      "encrypted_password",
      "encrypted_with",
    ],
    flags: FLAGS,
    changes: [
      {
        name: "the account",
        async make({ provisioner, write, signal }) {
          const request = { login: flags.login, emails, profile, credential };
          const outcome = await provisioner.createAccount(request, write, signal);
          const { user, password, nextStep, invitationExpiresAt, notApplied = [] } = outcome.result;
          const failure = notApplied.length === 0 ? undefined : existsWithout(notApplied, user);
          const actionRequired = outcome.result.actionRequired ?? nextStep;
          const applied = `the account exists (user ${user?.sub ?? "unknown"})`;
          const sealed = await sealedCells(sealer, password, applied);
          const lines = [
            ...(actionRequired === undefined ? [] : [`action required: ${actionRequired}`]),
            ...(invitationExpiresAt === undefined
              ? []
              : [`the invitation expires at ${invitationExpiresAt.toISOString()}`]),
            ...sealed.says,
          ];
          return changeRow("create-account", outcome, {
            user: user?.sub,
            details: {
              id: idOf(user, config),
              username: user?.username,
              state: stateOf(outcome.result, outcome.outcome),
              not_applied: outcome.result.state === "already-exists" ? notApplied : undefined,
              cause: failure?.message,
              action_required: actionRequired,
              invitation_expires: invitationExpiresAt,
              ...sealed.details,
            },
            done: `created: user ${user?.sub ?? ""}, username ${user?.username ?? ""}`,
            already: `user ${user?.sub ?? ""} already exists`,
            more: lines,
            failure,
          });
        },
      },
    ],
  });
}

function existsWithout(notApplied: readonly string[], user: User | undefined): GovernanceError {
  const commands = notApplied.map((name) =>
    name === "password"
      ? "set-password or rotate-password"
      : name === "invitation"
        ? "resend-invitation"
        : "update-user",
  );
  return new GovernanceError(
    "already-exists",
    `user ${user?.sub ?? ""} exists already, and this of the request is not applied: ${notApplied.join(", ")}; use ${[...new Set(commands)].join(", ")}`,
    { reason: "user-exists" },
  );
}

function stateOf({ state }: CreatedAccount, outcome: ChangeRow["outcome"]): string {
  if (outcome === "planned") return "planned";
  return state === "created" ? "created" : "exists";
}

function idOf(user: User | undefined, { userIdKind }: Config): string | undefined {
  return userIdKind === "sub" ? user?.sub : user?.username;
}

async function wantedSealer(
  { password, encryptTo }: AccountFlags,
  { cwd }: Context,
): Promise<Sealer | undefined> {
  if (password === "random") {
    if (encryptTo !== undefined) return await sealerFromFile(encryptTo, cwd);
    throw new GovernanceError(
      "invalid-argument",
      "--encrypt-to: missing; a random password is only printed encrypted, so give a file with a public key",
    );
  }
  if (encryptTo === undefined) return undefined;
  throw new GovernanceError(
    "invalid-argument",
    "--encrypt-to: only a random password is printed; add --password random or leave it out",
  );
}

async function credentialOf({ password, temporary }: AccountFlags, context: Context): Promise<Credential> {
  switch (password) {
    case "none":
      if (!temporary) return { kind: "none" };
      throw new GovernanceError(
        "invalid-argument",
        "--temporary: no password is set; add --password random or --password stdin, or leave it out",
      );
    case "random":
      return { kind: "random", temporary };
    case "stdin":
      return {
        kind: "given",
        password: await readPassword("--password stdin", context),
        temporary,
      };
  }
}
