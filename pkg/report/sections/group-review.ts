import type { NamedRow } from "../../inventory/named-row.ts";
import { countText, day, number } from "../html/formats.ts";
import { type Html, html } from "../html/html.ts";
import { foreignValue } from "../html/values.ts";
import type { ReportedGroup } from "../model/groups.ts";
import { groupMembers } from "../model/listings.ts";
import { askRows } from "../model/rows.ts";
import { groupAnchor, writeGroupsFile } from "./groups.ts";
import { href, tableHead } from "./listing-table.ts";
import type { PageContext } from "./page-context.ts";
import { personHead, statusText } from "./person.ts";
import { rowsForPage, type ShownRows } from "./rows-in-page.ts";

/** In a CSV file a reviewer fills these in. */
export const DECISION_COLUMNS = ["keep", "remove", "remark", "reviewer", "date"] as const;

/** A larger group is only summed up in the page. */
const MOST_MEMBERS = 500;
const MOST_BYTES = 1_000_000;
/** The page stays under 20 MB: beyond this, no members and no further group are in it. */
const MEMBERS_END_AT = 16_000_000;
const GROUPS_END_AT = 18_500_000;

interface ReviewedGroups {
  /** Groups whose members are only in CSV files. */
  readonly inFiles: number;
}

export async function writeGroupReview(
  context: PageContext,
  groups: readonly ReportedGroup[],
): Promise<ReviewedGroups> {
  const { page, files } = context;
  await page.write(html`<section id="review" class="break" aria-labelledby="review-h"><h2 id="review-h">Review by group</h2>
<p>On paper, a reviewer ticks for each person whether the membership is kept or removed. To fill it in on a computer, write the report with <code>--format csv</code>, which has the same columns. A group of more than ${number(MOST_MEMBERS)} members is summed up here, and listed in a CSV file.</p>
<p class="narrow-only quiet">Columns for a remark, the reviewer and the date are on a wider screen and on paper.</p>
`);
  let inFiles = 0;
  let inPage = 0;
  for (const [i, group] of groups.entries()) {
    const members = await readMembers(context, group, i);
    if (members.file !== undefined) inFiles += 1;
    if (page.bytes > GROUPS_END_AT) continue;
    inPage += 1;
    await page.write(drawGroup(group, i, members));
  }
  if (inPage < groups.length) {
    const path = `${files.name}/${await writeGroupsFile(files, groups)}`;
    await page.write(html`<p class="note">The page ends here, so that it can be opened everywhere: ${countText(groups.length - inPage, "more group is", "more groups are")} in <a href="${href(path)}">${path}</a>, with the members in files beside it.</p>
`);
  }
  await page.write(html`${SIGNATURES}</section>\n`);
  return { inFiles };
}

async function readMembers(
  { source, overview, page, files }: PageContext,
  group: ReportedGroup,
  i: number,
): Promise<ShownRows> {
  const rows = await askRows(source, groupMembers(source, group, overview));
  const columns = new Set(rows.columns);
  const isFull = group.members > MOST_MEMBERS || page.bytes > MEMBERS_END_AT;
  const shown = await rowsForPage(
    {
      rows,
      limits: { rows: isFull ? 0 : MOST_MEMBERS, bytes: MOST_BYTES },
      draw: (row) => memberRow(row, columns),
      file: memberFile(group.name, i),
      emptyColumns: DECISION_COLUMNS,
    },
    files,
  );
  // A part of the members would look like all of them.
  return shown.file === undefined ? shown : { ...shown, shown: [] };
}

/** The number keeps two names apart that differ in what a file name cannot have. */
function memberFile(name: string, i: number): string {
  const plain = name
    .normalize("NFKD")
    .replace(/[^\w-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  const place = String(i + 1).padStart(4, "0");
  return `group-${place}${plain === "" ? "" : `-${plain}`}.csv`;
}

function memberRow(row: NamedRow, columns: ReadonlySet<string>): Html {
  return html`<tr>${personHead(row)}<td>${memberState(row, columns)}<td><td><td><td><td>\n`;
}

function memberState(row: NamedRow, columns: ReadonlySet<string>): Html {
  const status = row.optionalText("status");
  const disabled = row.optionalTruth("enabled") === false;
  const hasNoFactor =
    columns.has("second_factors") &&
    row.optionalText("second_factors") === "[]" &&
    status !== "EXTERNAL_PROVIDER";
  const lastSignIn = columns.has("last_sign_in_at") ? row.optionalTime("last_sign_in_at") : undefined;
  return html`${disabled ? html`<span class="tag bad">Disabled</span> ` : undefined}${
    status === undefined ? html`<span class="quiet">not in the list of accounts</span>` : statusText(status)
  }${hasNoFactor ? html` <span class="tag">no second factor</span>` : undefined}${
    lastSignIn === undefined ? undefined : html`<span class="sub">last sign-in ${day(lastSignIn)}</span>`
  }`;
}

const HEADINGS = tableHead([
  { text: "Person" },
  { text: "State" },
  { text: "Keep" },
  { text: "Remove" },
  { text: "Remark" },
  { text: "Reviewer" },
  { text: "Date" },
]);

function drawGroup(group: ReportedGroup, i: number, { shown, file }: ShownRows): Html {
  const anchor = groupAnchor(i);
  const role =
    group.roleArn === undefined
      ? undefined
      : html`<p class="meta"><span class="tag">IAM role</span> ${foreignValue(group.roleArn)}</p>\n`;
  const about =
    group.description === undefined
      ? undefined
      : html`<p class="meta">${foreignValue(group.description)}</p>\n`;
  return html`<section class="group" id="${anchor}" aria-labelledby="${anchor}-h">
<h3 id="${anchor}-h">${foreignValue(group.name)}</h3>
<p class="meta">${facts(group)}</p>
${role}${about}${memberTable(group, shown, file)}</section>
`;
}

function facts(group: ReportedGroup): Html {
  const { members, disabledMembers, precedence, signInProvider, createdAt } = group;
  return html`${countText(members, "member")}${disabledMembers === 0 ? undefined : `, ${number(disabledMembers)} disabled`}${
    precedence === undefined ? undefined : ` · precedence ${number(precedence)}`
  } · created ${day(createdAt)}${
    signInProvider === undefined
      ? undefined
      : html` · filled by sign-in through ${foreignValue(signInProvider)}`
  }`;
}

function memberTable(group: ReportedGroup, shown: readonly Html[], file: string | undefined): Html {
  if (file !== undefined) {
    return html`<p>The ${countText(group.members, "member")} are in <a href="${href(file)}">${file}</a>, with columns for the decisions.</p>
`;
  }
  if (shown.length === 0) return html`<p class="quiet">No members.</p>\n`;
  return html`<table class="review"><caption>Members of ${foreignValue(group.name)}</caption>
${HEADINGS}
<tbody>
${shown}</table>
`;
}

const SIGNATURES = html`<div class="sign"><div>Name of the reviewer</div><div>Signature</div><div>Date</div></div>
`;
