import type { Config } from "../../../../pkg/config/config.ts";
import type { Credential } from "../../../../pkg/provision/provisioner.ts";
import type { Context } from "../../process/context.ts";
import { sealerFromFile } from "../encrypt-to.ts";
import { makeChanges } from "../make-changes.ts";
import { changeRow } from "../output/change-output.ts";
import { sealedCells } from "../output/sealed-password.ts";

export interface RotateFlags {
  readonly user: string;
  readonly encryptTo: string;
  readonly temporary: boolean;
}

/** Sets a new random password and prints it encrypted. */
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
          const applied = `user ${user.sub} has a new password`;
          const sealed = await sealedCells(sealer, password, applied);
          return changeRow("rotate-credential", outcome, {
            user: user.sub,
            details: sealed.details,
            done: `${temporary ? "temporary password" : "password"} set: user ${user.sub}`,
            already: `user ${user.sub} keeps the password`,
            more: sealed.says,
          });
        },
      },
    ],
  });
}
