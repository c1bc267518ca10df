import { isAhead, lastKnownMs } from "../../core/clock.ts";
import { countText, dayText, durationText, minute, number } from "../html/formats.ts";
import { type Html, html } from "../html/html.ts";
import { foreignValue } from "../html/values.ts";
import { knowsFactors } from "../model/listings.ts";
import { type FactorFigures, type Overview, totalOf } from "../model/overview.ts";
import type { PageContext } from "./page-context.ts";

/** An older state is said to be old. */
const FRESH_MS = 36 * 3_600_000;

export async function writeTop(context: PageContext): Promise<void> {
  const { page } = context;
  await page.write(header(context));
  await page.write(CONTENTS);
  await page.write(html`<main id="main" tabindex="-1">
<section id="glance" aria-labelledby="glance-h"><h2 id="glance-h">At a glance</h2>
${age(context)}${tiles(context.overview)}${findings(context)}</section>
`);
}

function header({ overview, now }: PageContext): Html {
  const { pool, lastRun } = overview;
  const fact = (name: string, content: Html | undefined): Html | undefined =>
    content === undefined ? undefined : html`<div><dt>${name}</dt><dd>${content}</dd></div>`;
  const text = (name: string, given: string | undefined) =>
    fact(name, given === undefined ? undefined : foreignValue(given));
  return html`<header class="top">
<p class="eyebrow">Access review</p>
<h1>${foreignValue(pool.name ?? pool.id)}</h1>
<dl class="facts">
${fact("State of", minute(lastRun.endedAt))}
${fact("Written", minute(now))}
${pool.name === undefined ? undefined : text("User pool", pool.id)}
${text("AWS Region", pool.region ?? pool.id.split("_")[0])}
${text("Second factors", pool.mfa === undefined ? undefined : (MFA[pool.mfa] ?? pool.mfa))}
${text("Feature plan", pool.tier === undefined ? undefined : capitalized(pool.tier))}
</dl>
</header>
`;
}

const MFA: Readonly<Record<string, string>> = { ON: "required", OFF: "switched off", OPTIONAL: "optional" };

function capitalized(word: string): string {
  return word.slice(0, 1) + word.slice(1).toLowerCase();
}

/** The sections of the page, for its contents. */
const SECTIONS = [
  ["glance", "At a glance"],
  ["people", "People"],
  ["groups", "Groups"],
  ["aws", "Access to AWS"],
  ["accounts", "Accounts to look at"],
  ["changes", "Changes"],
  ["review", "Review by group"],
  ["about", "About this report"],
] as const;

const CONTENTS = html`<nav aria-labelledby="nav-h"><h2 id="nav-h">Contents</h2>
<ul>${SECTIONS.map(([id, name]) => html`<li><a href="#${id}">${name}</a>`)}</ul>
</nav>
`;

function age({ overview, now }: PageContext): Html {
  const { beganAt, endedAt } = overview.lastRun;
  const nowMs = now.getTime();
  const knownMs = lastKnownMs(beganAt.getTime(), endedAt.getTime(), nowMs);
  if (isAhead(knownMs, nowMs)) {
    return html`<p class="note">The age of this state is not known: its time is in the future, so the clock of this machine is wrong, or that of the sync was. Check the clocks, sync, and write the report again.</p>
`;
  }
  const ageMs = nowMs - knownMs;
  return html`${knownMs === endedAt.getTime() ? undefined : movedEnd(beganAt)}${ageMs < FRESH_MS ? undefined : old(ageMs)}`;
}

function movedEnd(beganAt: Date): Html {
  return html`<p class="note">The time of this state is in the future: a clock was ahead once, and each later run is recorded as ended after the run before it. The run that read the state began on ${minute(beganAt)}.</p>
`;
}

function old(ageMs: number): Html {
  return html`<p class="note">This state is ${durationText(ageMs)} old. What changed in the pool since then is not in this report: sync, and write it again.</p>
`;
}

function tiles({ people, disabledPeople, groups, memberships, rolePeople, roleGroups }: Overview): Html {
  const tile = (name: string, count: number, more: string) =>
    html`<div><dt>${name}</dt><dd>${number(count)}<span>${more}</span></dd></div>`;
  return html`<dl class="tiles">
${tile("People", people, disabledPeople === 0 ? "all enabled" : `${number(disabledPeople)} disabled`)}
${tile("Groups", groups, roleGroups === 0 ? "no IAM role" : `${number(roleGroups)} with an IAM role`)}
${tile("Memberships", memberships, "people in groups")}
${tile("Reach AWS", rolePeople, "people, through a group")}
</dl>
`;
}

interface Finding {
  readonly count: number | "unknown";
  readonly what: string;
  readonly more: string;
  readonly link: string;
}

function findings(context: PageContext): Html {
  return html`<table class="findings"><caption>What a reviewer should look at</caption>
<thead><tr><th scope="col" class="n">Number<th scope="col">What</thead>
<tbody>
${listFindings(context).map(
  ({ count, what, more, link }) =>
    html`<tr><td class="${count === 0 ? "n none" : "n"}">${count === "unknown" ? html`<span class="word">unknown</span>` : number(count)}<th scope="row"><a href="#${link}">${what}</a><span class="sub">${more}</span>\n`,
)}</table>
`;
}

function listFindings({ overview, source }: PageContext): readonly Finding[] {
  const { factors, changes } = overview;
  return [
    {
      count: overview.rolePeople,
      what: "People who reach an IAM role",
      more: `through ${countText(overview.roleGroups, "group")}`,
      link: "aws",
    },
    {
      count: overview.neverSignedIn,
      what: "People who never signed in",
      more:
        overview.perhapsUnused === 0
          ? "their state rules out a sign-in"
          : `their state rules out a sign-in; of ${number(overview.perhapsUnused)} more no sign-in is known`,
      link: "never",
    },
    {
      count: overview.disabledInGroups,
      what: "Disabled people who are still in groups",
      more: "they get the access back when they are enabled",
      link: "disabled",
    },
    {
      count: knowsFactors(factors) ? factors.without : "unknown",
      what: "People without a second factor",
      more: factorKnowledge(factors),
      link: "factors",
    },
    {
      count: overview.sharingAccounts,
      what: "Accounts that share an e-mail address",
      more: `${countText(overview.sharedAddresses, "address", "addresses")} in all`,
      link: "emails",
    },
    {
      count: totalOf(changes),
      what: `Changes since ${dayText(source.since)}`,
      more: `${number(changes.connector)} through the connector, ${number(changes.outside)} outside it${changes.unknown === 0 ? "" : `, of ${number(changes.unknown)} that is not known`}`,
      link: "changes",
    },
  ];
}

function factorKnowledge(factors: FactorFigures): string {
  if (factors.unknown > 0) return `not known of ${countText(factors.unknown, "account")}`;
  return knowsFactors(factors)
    ? "known of every enabled account without an identity provider"
    : "no enabled account signs in without an identity provider";
}
