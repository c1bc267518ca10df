import { countText, day, dayText, number } from "../html/formats.ts";
import { type Html, html } from "../html/html.ts";
import { foreignValue } from "../html/values.ts";
import {
  knowsFactors,
  listDisabledInGroups,
  listSharedEmails,
  listUnusedAccounts,
  listWithoutSecondFactor,
} from "../model/listings.ts";
import type { FactorFigures, Overview } from "../model/overview.ts";
import { writeListing } from "./listing-table.ts";
import type { PageContext } from "./page-context.ts";
import { disabledTag, personHead, stateCell } from "./person.ts";

/** Accounts that a reviewer should look at, whatever groups they are in. */
export async function writeAccounts(context: PageContext): Promise<void> {
  await context.page.write(html`<section id="accounts" aria-labelledby="accounts-h"><h2 id="accounts-h">Accounts to look at</h2>
`);
  await writeUnused(context);
  await writeDisabled(context);
  await writeFactors(context);
  await writeSharedEmails(context);
  await context.page.write(html`</section>\n`);
}

async function writeUnused(context: PageContext): Promise<void> {
  const { page, source, overview } = context;
  const { neverSignedIn, perhapsUnused } = overview;
  const found =
    neverSignedIn + perhapsUnused === 0
      ? "No account is in a state that excludes a sign-in."
      : `${countText(neverSignedIn, "account")} cannot have been signed in to. Of ${number(perhapsUnused)} more no sign-in is known, which does not mean that there was none.`;
  await page.write(html`<h3 id="never">Never signed in</h3>
<p>${found} ${signInKnowledge(overview.signIns)}</p>
`);
  await writeListing(context, listUnusedAccounts(source), {
    caption: "Accounts of which no sign-in is known: first those that cannot have had one",
    headings: [{ text: "Person" }, { text: "Reason" }, { text: "Since" }, { text: "Never signed in" }],
    cells: (row) =>
      html`${personHead(row)}<td>${sentence(row.text("reason"))}${disabledTag(row)}<td>${day(row.time("since"))}<td>${row.text("never_signed_in") === "yes" ? "yes" : "not known"}`,
  });
}

function signInKnowledge({ known, oldest, newest, offSince }: Overview["signIns"]): string {
  if (known > 0)
    return `The last sign-ins of ${countText(known, "account")} were read${between(oldest, newest)}.`;
  const why =
    offSince === undefined
      ? "The last sign-ins of this pool were not read"
      : `The pool has no history of sign-ins (asked on ${dayText(offSince)})`;
  return `${why}, so an account in any other state may be unused too.`;
}

async function writeDisabled(context: PageContext): Promise<void> {
  const { page, source, overview } = context;
  await page.write(html`<h3 id="disabled">Disabled, and still in groups</h3>
<p>${
    overview.disabledInGroups === 0
      ? "No disabled account is in a group."
      : `${countText(overview.disabledInGroups, "disabled account is", "disabled accounts are")} in groups. With the account the access comes back.`
  }</p>
`);
  await writeListing(context, listDisabledInGroups(source), {
    caption: "Groups of disabled accounts",
    headings: [{ text: "Person" }, { text: "Group" }],
    cells: (row) => {
      const role =
        row.optionalText("role_arn") === undefined ? undefined : html` <span class="tag">IAM role</span>`;
      return html`${personHead(row)}<td>${foreignValue(row.text("group_name"))}${role}`;
    },
  });
}

async function writeFactors(context: PageContext): Promise<void> {
  const { page, source, overview } = context;
  await page.write(html`<h3 id="factors">Without a second factor</h3>
${factorsText(overview.factors, overview.pool.mfa)}`);
  await writeListing(context, listWithoutSecondFactor(source), {
    caption: "Enabled accounts without a second factor",
    headings: [{ text: "Person" }, { text: "State" }, { text: "Read" }],
    cells: (row) => html`${personHead(row)}${stateCell(row)}<td>${day(row.time("second_factors_read_at"))}`,
  });
}

function factorsText(factors: FactorFigures, mfa: string | undefined): Html {
  const off =
    mfa === "OFF"
      ? html`<p class="note">The pool has second factors switched off: nobody is asked for one.</p>\n`
      : undefined;
  if (!knowsFactors(factors) && factors.unknown === 0) {
    return html`${off}<p><strong>Unknown.</strong> No enabled account signs in without an identity provider, which would ask for the second factor.</p>
`;
  }
  if (!knowsFactors(factors)) {
    return html`${off}<p><strong>Unknown.</strong> The second factors of this pool were not read (<code>connector sync --enrich mfa</code> reads them), so this report does not say who has one.</p>
`;
  }
  return html`${off}<p>Of the enabled accounts, ${number(factors.withOne)} have a second factor, ${number(factors.without)} have none, and of ${number(factors.unknown)} it is not known. They were read${between(factors.oldest, factors.newest)}. An account that gives its second factor to an identity provider does not count here.</p>
`;
}

async function writeSharedEmails(context: PageContext): Promise<void> {
  const { page, source, overview } = context;
  await page.write(html`<h3 id="emails">The same e-mail address</h3>
<p>${
    overview.sharedAddresses === 0
      ? "No two accounts have the same e-mail address."
      : `${countText(overview.sharedAddresses, "address is", "addresses are")} shared by ${countText(overview.sharingAccounts, "account")}. Upper and lower case are the same.`
  }</p>
`);
  await writeListing(context, listSharedEmails(source), {
    caption: "Accounts by the address that they share",
    headings: [{ text: "Account" }, { text: "State" }],
    group: {
      key: (row) => row.text("shared_email"),
      head: (row) =>
        html`${foreignValue(row.text("shared_email"))} <span class="quiet">${countText(row.number("accounts"), "account")}</span>`,
    },
    cells: (row) => html`${personHead(row)}${stateCell(row)}`,
  });
}

function between(oldest: Date | undefined, newest: Date | undefined): string {
  if (oldest === undefined || newest === undefined) return "";
  const days = [oldest, newest].map(dayText);
  return days[0] === days[1] ? ` on ${days[0]}` : ` between ${days[0]} and ${days[1]}`;
}

function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
