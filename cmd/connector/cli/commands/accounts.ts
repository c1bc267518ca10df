import type { Config } from "../../../../pkg/config/config.ts";
import { sealedPassword } from "../../../../pkg/connector/provisioning/sealing.ts";
import { GovernanceError } from "../../../../pkg/core/errors.ts";
import type { Secret } from "../../../../pkg/core/secret.ts";
import type { User } from "../../../../pkg/core/user.ts";
import type { Sealer } from "../../../../pkg/encryption/sealer.ts";
import type { CreatedAccount, Credential } from "../../../../pkg/provision/provisioner.ts";
import type { Context } from "../../process/context.ts";
import { readPassword } from "../../process/stdin.ts";
import { sealerFromFile } from "../encrypt-to.ts";
import { makeChanges } from "../make-changes.ts";
import { type ChangeRow, changeRow } from "../output/change-output.ts";

export interface AccountFlags {
  readonly login: string | undefined;
  readonly email: string | undefined;
  readonly profile: ReadonlyMap<string, unknown>;
  readonly invite: boolean;
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
  "profile.login": "--profile login",
  "profile.username": "--profile username",
  "profile.": "--attribute ",
};

/** Makes one account. Keys and passwords are checked before the first call. */
export async function createAccountCommand(
  flags: AccountFlags,
  config: Config,
  context: Context,
): Promise<number> {
  const sealer = await wantedSealer(flags, context);
  const credential = await credentialOf(flags, context);
  const profile = flags.invite ? new Map([...flags.profile, ["sendInviteEmail", true]]) : flags.profile;
  const emails = flags.email === undefined ? [] : [flags.email];
  return await makeChanges(config, context, {
    detailKeys: [
      "id",
      "username",
      "state",
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
          const { user, password, actionRequired, invitationExpiresAt } = outcome.result;
          const stands = `the account exists (user ${user?.sub ?? "unknown"})`;
          const sealed = await sealedCells(sealer, password, stands);
          const lines = [
            ...(actionRequired === undefined ? [] : [`still to be done: ${actionRequired}`]),
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
              action_required: actionRequired,
              invitation_expires: invitationExpiresAt,
              ...sealed.details,
            },
            done: `created: user ${user?.sub ?? ""}, username ${user?.username ?? ""}`,
            already: `user ${user?.sub ?? ""} is there; its password and attributes are as they were`,
            more: lines,
          });
        },
      },
    ],
  });
}

function stateOf({ state }: CreatedAccount, outcome: ChangeRow["outcome"]): string {
  if (outcome === "planned") return "planned";
  return state === "created" ? "created" : "exists";
}

function idOf(user: User | undefined, { userIdKind }: Config): string | undefined {
  return userIdKind === "sub" ? user?.sub : user?.username;
}

export interface RotateFlags {
  readonly user: string;
  readonly encryptTo: string;
  readonly temporary: boolean;
}

/** Gives an account a new random password, which goes out encrypted alone. */
export async function rotatePasswordCommand(
  { user: text, encryptTo, temporary }: RotateFlags,
  config: Config,
  context: Context,
): Promise<number> {
  const sealer = await sealerFromFile(encryptTo, context.cwd);
  return await makeChanges(config, context, {
    detailKeys: ["encrypted_password", "encrypted_with"],
    flags: { user: "--user" },
    changes: [
      {
        name: "the user",
        async make({ provisioner, write, signal }) {
          const credential: Credential = { kind: "random", temporary };
          const ref = { by: "text", value: text } as const;
          const outcome = await provisioner.rotateCredential(ref, credential, write, signal);
          const { user, password } = outcome.result;
          const stands = `user ${user.sub} has a new password`;
          const sealed = await sealedCells(sealer, password, stands);
          const next = temporary ? ", to be changed at the next sign-in" : "";
          return changeRow("rotate-credential", outcome, {
            user: user.sub,
            details: sealed.details,
            done: `new password set${next}: user ${user.sub}`,
            already: `user ${user.sub} keeps the password`,
            more: sealed.says,
          });
        },
      },
    ],
  });
}

async function wantedSealer(
  { password, encryptTo }: AccountFlags,
  { cwd }: Context,
): Promise<Sealer | undefined> {
  if (password === "random") {
    if (encryptTo !== undefined) return await sealerFromFile(encryptTo, cwd);
    throw new GovernanceError(
      "invalid-argument",
      "--encrypt-to: missing; a random password goes out encrypted alone, so name a file with a public key",
    );
  }
  if (encryptTo === undefined) return undefined;
  throw new GovernanceError(
    "invalid-argument",
    "--encrypt-to: only a random password is given out; add --password random or leave it out",
  );
}

async function credentialOf({ password, temporary }: AccountFlags, context: Context): Promise<Credential> {
  switch (password) {
    case "none":
      if (!temporary) return { kind: "none" };
      throw new GovernanceError(
        "invalid-argument",
        "--temporary: there is no password; add --password random or --password stdin, or leave it out",
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

interface SealedCells {
  readonly details: {
    readonly encrypted_password: string | undefined;
    readonly encrypted_with: string | undefined;
  };
  readonly says: readonly string[];
}

async function sealedCells(
  sealer: Sealer | undefined,
  password: Secret | undefined,
  stands: string,
): Promise<SealedCells> {
  const none = { details: { encrypted_password: undefined, encrypted_with: undefined }, says: [] };
  if (sealer === undefined || password === undefined) return none;
  const [sealed] = await sealedPassword(sealer, password, stands);
  if (sealed === undefined) return none;
  const bytes = Buffer.from(sealed.encryptedBytes);
  // That provider's bytes are base64 already; nobody needs to decode twice.
  const text = bytes.toString(sealed.provider === "baton/jwk/v1" ? "latin1" : "base64");
  return {
    details: { encrypted_password: text, encrypted_with: sealed.provider },
    says: [`the password, encrypted with ${sealed.provider}, in base64:`, text],
  };
}
