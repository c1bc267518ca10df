import { Secret } from "../../pkg/core/secret.ts";
import type { AccountRequest, Credential } from "../../pkg/provision/provisioner.ts";
import { person } from "../cognito/definitions.ts";
import type { Pool } from "../cognito/pool.ts";
import type { StoredUser } from "../cognito/stored-user.ts";
import { never } from "./adapter.ts";
import type { MemoryCognito } from "./memory-directory.ts";
import { asked, type Process } from "./provision-stage.ts";

// Accounts as tests ask for them, and the requests themselves.

export const none: Credential = { kind: "none" };
export const random: Credential = { kind: "random", temporary: false };
export const given = (text: string, temporary = false): Credential => ({
  kind: "given",
  password: new Secret(text),
  temporary,
});
export const GOOD = "Corr3ct-horse!";

export interface Wish {
  readonly login?: string;
  readonly email?: string;
  readonly profile?: Readonly<Record<string, unknown>>;
  readonly credential?: Credential;
}

export const requestOf = ({ login, email, profile = {}, credential = none }: Wish): AccountRequest => ({
  login,
  emails: email === undefined ? [] : [email],
  profile: new Map(Object.entries(profile)),
  credential,
});

export const create = ({ provisioner }: Pick<Process, "provisioner">, wish: Wish, how = asked) =>
  provisioner.createAccount(requestOf(wish), how, never);

export const only = (pool: Pool): StoredUser => {
  const [user, ...others] = pool.allUsers();
  if (user === undefined || others.length > 0)
    throw new Error(`the pool has ${pool.allUsers().length} users`);
  return user;
};

/** The input of the first AdminCreateUser. */
export const created = ({ stats }: Pick<MemoryCognito, "stats">): Readonly<Record<string, unknown>> =>
  stats.calls.find(({ operation }) => operation === "AdminCreateUser")?.input ?? {};

export const ann = { login: "ann", email: "ann@example.com" };
export const invited = { ...ann, profile: { sendInviteEmail: true } };

export const ref = (sub: string) => ({ by: "id", value: sub }) as const;

export const remove = ({ provisioner }: Process, sub: string, how = asked) =>
  provisioner.deleteUser(ref(sub), how, never);

export const rotate = ({ provisioner }: Process, sub: string, credential: Credential, how = asked) =>
  provisioner.rotateCredential(ref(sub), credential, how, never);

export const eve = person(1, { username: "eve", groups: ["readers", "writers"] });
export const settled = { groups: ["readers", "writers"], users: [eve] };
