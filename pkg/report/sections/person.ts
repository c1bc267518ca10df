import { isUuid } from "../../core/uuid.ts";
import type { NamedRow } from "../../inventory/named-row.ts";
import { type Html, html, joined } from "../html/html.ts";
import { foreignValue } from "../html/values.ts";

/** The account as the head of its row: what people know it by first, then its other names. */
export function personHead(row: NamedRow): Html {
  const { known, others } = namesOf(row);
  const more =
    others.length === 0
      ? undefined
      : html`<span class="names">${joined(others.map(foreignValue), " ")}</span>`;
  return html`<th scope="row">${foreignValue(known)}${more}`;
}

interface Names {
  readonly known: string;
  readonly others: readonly string[];
}

function namesOf(row: NamedRow): Names {
  const username = row.optionalText("username");
  const email = row.optionalText("email");
  const sub = row.optionalText("sub") ?? "";
  const given = [row.optionalText("given_name"), row.optionalText("family_name")].filter(
    (part) => part !== undefined,
  );
  const name = row.optionalText("name") ?? (given.length > 0 ? given.join(" ") : undefined);
  // In a pool where people sign in with their address, the username is a random id.
  const isRandom = username !== undefined && isUuid(username);
  const known = (isRandom ? (email ?? username) : username) ?? sub;
  const others = [name, email, ...(isRandom ? [username] : [])];
  return { known, others: others.filter((one) => one !== undefined).filter((one) => one !== known) };
}

const STATES: Readonly<Record<string, string>> = {
  CONFIRMED: "Confirmed",
  UNCONFIRMED: "Sign-up not confirmed",
  FORCE_CHANGE_PASSWORD: "Temporary password",
  RESET_REQUIRED: "Password reset required",
  EXTERNAL_PROVIDER: "Identity provider",
  ARCHIVED: "Archived",
  COMPROMISED: "Compromised",
  UNKNOWN: "Unknown to Cognito",
};

/** A UserStatus in words; one that is new is shown as Cognito sent it. */
export function statusText(status: string): string {
  return STATES[status] ?? status;
}

export function stateCell(row: NamedRow): Html {
  return html`<td>${stateOf(row)}`;
}

function stateOf(row: NamedRow): Html {
  const status = row.optionalText("status");
  if (status === undefined) return html`<span class="quiet">not in the list of accounts</span>`;
  return html`${row.truth("enabled") ? undefined : html`<span class="tag bad">Disabled</span> `}${statusText(status)}`;
}

/** Shown where the state has no column of its own. */
export function disabledTag(row: NamedRow): Html | undefined {
  return row.truth("enabled") ? undefined : html` <span class="tag bad">Disabled</span>`;
}
