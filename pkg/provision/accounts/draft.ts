import { collectAttributes, missingRequired } from "../../core/attributes/collect.ts";
import { emailProblem } from "../../core/attributes/formats.ts";
import { loginProblem } from "../../core/attributes/names.ts";
import { resolveAttributeName } from "../../core/attributes/resolve.ts";
import type { Medium } from "../../core/directory-writer.ts";
import { GovernanceError } from "../../core/errors.ts";
import type { Pool } from "../../core/pool.ts";
import { mediaNamed } from "../invitation-media.ts";
import type { AccountRequest } from "../provisioner.ts";
import {
  ADDRESSES,
  type Address,
  addressKind,
  PLATFORM_KEYS,
  SPECIAL_KEYS,
  sameAccountName,
} from "./naming.ts";

/** The input for AdminCreateUser. */
export interface AccountDraft {
  /** The Username of the call. Missing when there is only an address that cannot be one: then it is generated. */
  readonly username: string | undefined;
  /**
   * By what the account is found again: by the chosen username, or by that address when Cognito or the connector
   * generates the username.
   */
  readonly by: "username" | Address;
  /** By Cognito's names, as text. Includes the address that is the Username. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly invite: boolean;
  /** By what the caller wants the invitation to be sent; undefined: not said. */
  readonly deliverBy: readonly Medium[] | undefined;
}

/** A text and the name of its field, for messages. */
interface NamedText {
  readonly field: string;
  readonly text: string;
}

/**
 * Makes the input for the pool out of login, e-mails and profile. Throws `invalid-argument` and names the fields when
 * they contradict each other or something is missing. No message contains a value.
 */
export function draftAccount(pool: Pool, request: AccountRequest): AccountDraft {
  const invite = wantsInvitation(request.profile.get("sendInviteEmail"));
  const deliverBy = deliveryOf(request.profile.get("deliverInviteBy"), invite);
  const login = agreed(pool, "username", loginsOf(request));
  const collected = new Map(collectAttributes(pool, attributeEntries(pool, request.profile), "create"));
  const email = agreed(pool, "email", emailsOf(request, collected));
  if (email !== undefined) {
    const problem = emailProblem(email.text);
    if (problem !== undefined) throw invalidAccount(`${email.field}: ${problem}`);
    collected.set("email", email.text);
  }
  const phone = collected.get("phone_number");
  const given: Readonly<Record<Address, NamedText | undefined>> = {
    email,
    phone_number: phone === undefined ? undefined : { field: "profile.phone_number", text: phone },
  };
  const named = nameAccount(pool, login, given);
  const attributes = new Map([...named.attributes, ...without(collected, named.attributes)]);
  const missing = missingRequired(pool, attributes);
  if (missing.length > 0) {
    const names = missing.map((name) => `profile.${name}`).join(", ");
    throw invalidAccount(`${names}: missing, but required by the pool`);
  }
  return { username: named.username, by: named.by, attributes, invite, deliverBy };
}

type Named = Pick<AccountDraft, "username" | "by" | "attributes">;

function nameAccount(
  pool: Pool,
  login: NamedText | undefined,
  given: Record<Address, NamedText | undefined>,
): Named {
  const { usernameAttributes, aliasAttributes } = pool;
  if (usernameAttributes.length > 0) {
    return nameByAddress(
      pool,
      ADDRESSES.filter((one) => usernameAttributes.includes(one)),
      login,
      given,
    );
  }
  const aliases = ADDRESSES.filter((one) => aliasAttributes.includes(one));
  const kind = login === undefined ? undefined : addressKind(login.text);
  if (login !== undefined && (kind === undefined || !aliases.includes(kind))) {
    assertLogin(pool, login);
    return { username: login.text, by: "username", attributes: new Map() };
  }
  // Where an address is an alias it cannot be the username, so a random username is generated.
  const address = aliases.find((one) => (kind === undefined ? given[one] !== undefined : one === kind));
  if (address !== undefined) {
    const text = addressOf(pool, address, login, given).text;
    return { username: undefined, by: address, attributes: new Map([[address, text]]) };
  }
  const { email } = given;
  if (email === undefined) throw invalidAccount("login: missing; give a login or an e-mail address");
  assertLogin(pool, email);
  return { username: email.text, by: "username", attributes: new Map() };
}

/** In pools that sign in by an address, Cognito takes it as Username and generates the true username (mark 26). */
function nameByAddress(
  pool: Pool,
  kinds: readonly Address[],
  login: NamedText | undefined,
  given: Record<Address, NamedText | undefined>,
): Named {
  const kind = login === undefined ? undefined : addressKind(login.text);
  if (login !== undefined && (kind === undefined || !kinds.includes(kind))) assertLogin(pool, login);
  const address = kinds.find((one) => (kind === undefined ? given[one] !== undefined : one === kind));
  if (address === undefined) {
    throw invalidAccount(
      `${kinds.map((one) => `profile.${one}`).join(" or ")}: missing; users of this pool sign in by it`,
    );
  }
  const chosen = addressOf(pool, address, login, given);
  assertLogin(pool, chosen);
  return { username: chosen.text, by: address, attributes: new Map([[address, chosen.text]]) };
}

function addressOf(
  pool: Pool,
  address: Address,
  login: NamedText | undefined,
  given: Record<Address, NamedText | undefined>,
): NamedText {
  const sources = [given[address], login].filter((one) => one !== undefined);
  const found = agreed(pool, address, sources);
  if (found === undefined) throw invalidAccount(`profile.${address}: missing`);
  return found;
}

function loginsOf({ login, profile }: AccountRequest): NamedText[] {
  return [
    ...givenText("login", login),
    ...givenText("profile.login", profile.get("login")),
    ...givenText("profile.username", profile.get("username")),
  ];
}

function emailsOf({ emails }: AccountRequest, collected: ReadonlyMap<string, string>): NamedText[] {
  const first = emails.findIndex((one) => one.trim() !== "");
  return [
    ...givenText(`emails[${first}]`, emails[first]),
    ...givenText("profile.email", collected.get("email")),
  ];
}

/** A blank text counts as missing: the platform sends fields also when they are empty. */
function givenText(field: string, value: unknown): NamedText[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== "string") throw invalidAccount(`${field}: must be a string`);
  return value.trim() === "" ? [] : [{ field, text: value }];
}

/** All values of the same thing must be equal. The spelling of the first one is used. */
function agreed(pool: Pool, by: "username" | Address, all: readonly NamedText[]): NamedText | undefined {
  const [first, ...others] = all;
  const other = others.find((one) => first !== undefined && !sameAccountName(pool, by, first.text, one.text));
  if (first !== undefined && other !== undefined) {
    throw invalidAccount(
      `${first.field} and ${other.field}: are different; give one of them, or the same value in both`,
    );
  }
  return first;
}

function assertLogin(pool: Pool, { field, text }: NamedText): void {
  const problem = loginProblem(pool, text);
  if (problem !== undefined) throw invalidAccount(`${field}: ${problem}`);
}

function wantsInvitation(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false || value === "false")
    return false;
  if (value === true || value === "true") return true;
  throw invalidAccount("profile.sendInviteEmail: must be true or false");
}

function deliveryOf(value: unknown, invite: boolean): readonly Medium[] | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  const media = typeof value === "string" ? mediaNamed(value) : undefined;
  if (media === undefined) throw invalidAccount("profile.deliverInviteBy: must be EMAIL, SMS or both");
  if (invite) return media;
  throw invalidAccount(
    "profile.deliverInviteBy: no invitation is asked for; ask for one too, or leave it out",
  );
}

function attributeEntries(pool: Pool, profile: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  const added = PLATFORM_KEYS.filter((key) => "problem" in resolveAttributeName(pool, key));
  return without(profile, new Map([...SPECIAL_KEYS, ...added].map((key) => [key, true])));
}

function without<T>(all: ReadonlyMap<string, T>, taken: ReadonlyMap<string, unknown>): Map<string, T> {
  return new Map([...all].filter(([key]) => !taken.has(key)));
}

function invalidAccount(message: string): GovernanceError {
  return new GovernanceError("invalid-argument", message);
}
