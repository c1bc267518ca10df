import { GovernanceError } from "../../pkg/core/errors.ts";
import { Secret } from "../../pkg/core/secret.ts";
import type { Outcome, Provisioner, UserRef } from "../../pkg/provision/provisioner.ts";
import { never } from "./adapter.ts";
import { stateOf } from "./change-scenarios.ts";
import { asked, type Stage } from "./provision-stage.ts";

// Every change of a user, for tests on who is meant by a name.

type UserChange = (provisioner: Provisioner, user: UserRef) => Promise<Outcome<unknown>>;

/** Every kind of change of a user, with the status in which it changes something. */
export const USER_CHANGES: Readonly<Record<string, readonly [status: string, change: UserChange]>> = {
  grant: ["CONFIRMED", (p, user) => p.grant(user, "new", asked, never)],
  revoke: ["CONFIRMED", (p, user) => p.revoke(user, "old", asked, never)],
  "delete-user": ["CONFIRMED", (p, user) => p.deleteUser(user, asked, never)],
  "enable-user": ["CONFIRMED", (p, user) => p.enableUser(user, asked, never)],
  "disable-user": ["CONFIRMED", (p, user) => p.disableUser(user, { signOut: true }, asked, never)],
  "update-user-attributes": [
    "CONFIRMED",
    (p, user) => p.updateAttributes(user, { set: new Map([["nickname", "Mo"]]), remove: [] }, asked, never),
  ],
  "rotate-credential": [
    "CONFIRMED",
    (p, user) => p.rotateCredential(user, { kind: "random", temporary: false }, asked, never),
  ],
  "set-password": [
    "CONFIRMED",
    (p, user) => p.setPassword(user, new Secret("Correct-horse-1"), { permanent: true }, asked, never),
  ],
  "reset-password": ["CONFIRMED", (p, user) => p.resetPassword(user, asked, never)],
  "resend-invitation": [
    "FORCE_CHANGE_PASSWORD",
    (p, user) => p.resendInvitation(user, { deliverBy: undefined }, asked, never),
  ],
  "sign-out-user": ["CONFIRMED", (p, user) => p.signOutUser(user, asked, never)],
  "confirm-sign-up": ["UNCONFIRMED", (p, user) => p.confirmSignUp(user, asked, never)],
  "reset-mfa": ["CONFIRMED", (p, user) => p.resetMfa(user, asked, never)],
};

export const byId = (value: string): UserRef => ({ by: "id", value });
export const byText = (value: string): UserRef => ({ by: "text", value });

/** Everything that any of the changes alters. */
export function wholeState({ pool }: Stage): string {
  const hidden = pool
    .allUsers()
    .map(({ passwords, signOuts, invitations }) => ({ passwords, signOuts, invitations }));
  return JSON.stringify([stateOf(pool), hidden]);
}

export async function answerOf(work: Promise<Outcome<unknown>>): Promise<string> {
  return await work.then(
    ({ outcome }) => outcome,
    (error: unknown) => {
      if (error instanceof GovernanceError) return error.code;
      throw error;
    },
  );
}
