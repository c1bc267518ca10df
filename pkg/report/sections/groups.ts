import { barChart } from "../charts/bar-chart.ts";
import { countText, number } from "../html/formats.ts";
import { type Html, html } from "../html/html.ts";
import { foreignValue } from "../html/values.ts";
import { groupsBySize, type ReportedGroup, type SizeCount } from "../model/groups.ts";
import { href, tableHead } from "./listing-table.ts";
import type { CsvFolder, PageContext } from "./page-context.ts";

/** So many groups, or so many bytes of them, are in the table. */
const MOST_ROWS = 1000;
const MOST_BYTES = 1_000_000;

const GROUP_COLUMNS = [
  "name",
  "members",
  "disabled_members",
  "precedence",
  "role_arn",
  "sign_in_provider",
  "description",
  "created_at",
] as const;

/** Writes every group to a CSV file, and returns its name. */
export async function writeGroupsFile(files: CsvFolder, groups: readonly ReportedGroup[]): Promise<string> {
  if (files.has(GROUPS_FILE)) return GROUPS_FILE;
  const csv = await files.create(GROUPS_FILE, GROUP_COLUMNS);
  for (const group of groups) {
    await csv.write([
      group.name,
      group.members,
      group.disabledMembers,
      group.precedence ?? null,
      group.roleArn ?? null,
      group.signInProvider ?? null,
      group.description ?? null,
      group.createdAt.toISOString(),
    ]);
  }
  await csv.end();
  return GROUPS_FILE;
}

const GROUPS_FILE = "groups.csv";

export async function writeGroups(context: PageContext, groups: readonly ReportedGroup[]): Promise<void> {
  const { page } = context;
  await page.write(html`<section id="groups" aria-labelledby="groups-h"><h2 id="groups-h">Groups</h2>
`);
  if (groups.length === 0) {
    await page.write(html`<p>The pool has no groups.</p></section>\n`);
    return;
  }
  await page.write(chart(groupsBySize(groups)));
  await writeIndex(context, groups);
  await page.write(html`</section>\n`);
}

function chart(sizes: readonly SizeCount[]): Html {
  const bars = sizes.map(({ label, groups }) => ({
    label,
    parts: [{ style: "first", count: groups }] as const,
  }));
  const each = sizes.map(({ label, groups }) => `${label} ${number(groups)}`).join(", ");
  const texts = {
    id: "chart-groups",
    title: "Groups by number of members",
    description: `A bar for each of ${countText(sizes.length, "size")}: ${each}. The table has the numbers.`,
  };
  return html`<div class="chart-pair">
<div>${barChart(texts, bars)}</div>
<table><caption>Groups by number of members</caption>
${tableHead([{ text: "Members" }, { text: "Groups", style: "n" }])}
<tbody>
${sizes.map(({ label, groups }) => html`<tr><th scope="row">${label}<td class="n">${number(groups)}\n`)}</table>
</div>
`;
}

async function writeIndex({ page, files }: PageContext, groups: readonly ReportedGroup[]): Promise<void> {
  const rows: Html[] = [];
  let bytes = 0;
  for (const [i, group] of groups.entries()) {
    const row = indexRow(group, i);
    bytes += Buffer.byteLength(row.text);
    if (rows.length === MOST_ROWS || bytes > MOST_BYTES) break;
    rows.push(row);
  }
  await page.write(html`<h3>All groups</h3>
<table><caption>Groups with an IAM role first. A link leads to the members.</caption>
${tableHead([
  { text: "Group" },
  { text: "Description", style: "wide" },
  { text: "Members", style: "n" },
  { text: "Disabled", style: "n" },
  { text: "Precedence", style: "n" },
])}
<tbody>
${rows}</table>
`);
  if (rows.length === groups.length) return;
  const path = `${files.name}/${await writeGroupsFile(files, groups)}`;
  await page.write(
    html`<p class="more">The first ${countText(rows.length, "group")} are shown here. All ${number(groups.length)} are in <a href="${href(path)}">${path}</a>.</p>\n`,
  );
}

function indexRow(group: ReportedGroup, i: number): Html {
  const tags = [
    ...(group.roleArn === undefined ? [] : [html` <span class="tag">IAM role</span>`]),
    ...(group.signInProvider === undefined
      ? []
      : [html` <span class="sub">filled by sign-in through ${foreignValue(group.signInProvider)}</span>`]),
  ];
  return html`<tr><th scope="row"><a href="#${groupAnchor(i)}">${foreignValue(group.name)}</a>${tags}<td class="wide">${group.description === undefined ? "" : foreignValue(group.description)}<td class="n">${number(group.members)}<td class="n">${number(group.disabledMembers)}<td class="n">${group.precedence === undefined ? "" : number(group.precedence)}
`;
}

/** The anchor of the group's own section; a name may have any character. */
export function groupAnchor(place: number): string {
  return `group-${place + 1}`;
}
