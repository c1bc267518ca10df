import type { NamedRow } from "../../inventory/named-row.ts";
import { columnChart } from "../charts/column-chart.ts";
import { legend } from "../charts/figure.ts";
import { clockText, countText, dayText, minute, number } from "../html/formats.ts";
import { type Html, html } from "../html/html.ts";
import { foreignValue } from "../html/values.ts";
import {
  type ChangeCount,
  type ChangePeriod,
  changesByKind,
  changesByRequester,
  changesOverTime,
  type KindCount,
  type RequesterCount,
} from "../model/charts.ts";
import { listChangesSince } from "../model/listings.ts";
import { type Overview, totalOf } from "../model/overview.ts";
import { periodName } from "../model/periods.ts";
import type { ReportSource } from "../model/rows.ts";
import { kindText } from "./kind-text.ts";
import { type Heading, tableHead, writeListing } from "./listing-table.ts";
import type { PageContext } from "./page-context.ts";

const MOST_REQUESTERS = 20;

export async function writeChanges(context: PageContext): Promise<void> {
  const { page, source, overview } = context;
  await page.write(html`<section id="changes" aria-labelledby="changes-h"><h2 id="changes-h">Changes since ${dayText(source.since)}</h2>
<p>A sync sees the pool before and after a change, and not the change itself. So each change is given with the two moments between which it happened.</p>
${beginning(source, overview)}`);
  if (totalOf(overview.changes) === 0) {
    await page.write(html`<p>No change is recorded in this time.</p></section>\n`);
    return;
  }
  const range = chartRange(source, overview);
  await page.write(charts(await changesOverTime(source, range), range));
  await page.write(origins(await changesByKind(source), await changesByRequester(source, MOST_REQUESTERS)));
  await page.write(html`<h3>Each change</h3>\n`);
  await writeListing(context, listChangesSince(source), {
    caption: "Newest first",
    headings: [{ text: "What" }, { text: "Between" }, { text: "Made by" }],
    limits: { rows: 300, bytes: 500_000 },
    cells: changeCells,
  });
  await page.write(html`</section>\n`);
}

/** From when to when the chart goes: nothing is known from before the first run. */
export function chartRange(
  { since }: ReportSource,
  { firstRun, lastRun }: Overview,
): { begin: Date; until: Date } {
  const begin = Math.max(since.getTime(), firstRun.endedAt.getTime());
  return { begin: new Date(begin), until: new Date(Math.max(begin, lastRun.endedAt.getTime())) };
}

function beginning({ since }: ReportSource, { firstRun }: Overview): Html | undefined {
  if (since.getTime() >= firstRun.endedAt.getTime()) return undefined;
  return html`<p class="note">The inventory begins on ${minute(firstRun.endedAt)}. Of changes before, it knows nothing.</p>\n`;
}

const COUNT_HEADINGS: readonly (readonly [ChangeCount, string, "wide"?])[] = [
  ["created", "Created"],
  ["deleted", "Deleted"],
  ["disabled", "Disabled", "wide"],
  ["enabled", "Enabled", "wide"],
  ["changed", "Changed", "wide"],
  ["added", "Added"],
  ["removed", "Removed"],
  ["group_changes", "Groups", "wide"],
];

function charts(periods: readonly ChangePeriod[], range: { begin: Date; until: Date }): Html {
  const unit = periodName(range.begin, range.until);
  const sum = (count: ChangeCount) => periods.reduce((total, { counts }) => total + counts[count], 0);
  const chart = (
    id: string,
    title: string,
    up: ChangeCount,
    down: ChangeCount,
    words: readonly [string, string],
  ) =>
    html`<div><h3>${title}</h3>
${columnChart(
  {
    id,
    title: `${title} by ${unit}`,
    description: `${countText(sum(up), "time")} ${words[0]}, ${countText(sum(down), "time")} ${words[1]}. The table below has the numbers of each ${unit}.`,
  },
  periods.map(({ label, counts }) => ({ label, up: counts[up], down: counts[down] })),
)}
${legend([
  ["first", words[0]],
  ["third", words[1]],
])}</div>`;
  const heads: readonly Heading[] = [
    { text: unit === "week" ? "Week from" : `${unit.slice(0, 1).toUpperCase()}${unit.slice(1)}` },
    ...COUNT_HEADINGS.map(
      ([, text, wide]): Heading => ({ text, style: wide === undefined ? "n" : "n wide" }),
    ),
  ];
  return html`<div class="chart-pair even">
${chart("chart-memberships", "Memberships", "added", "removed", ["added", "removed"])}
${chart("chart-accounts", "Accounts", "created", "deleted", ["created", "deleted"])}
</div>
<table><caption>By ${unit}: accounts created to changed, memberships added and removed, and changes of groups, on the day of the sync that found them</caption>
${tableHead(heads)}
<tbody>
${periods.map(
  ({ label, counts }) =>
    html`<tr><th scope="row">${label}${COUNT_HEADINGS.map(([count, , wide]) => html`<td class="${wide === undefined ? "n" : "n wide"}">${number(counts[count])}`)}\n`,
)}<tfoot><tr><th scope="row">All${COUNT_HEADINGS.map(([count, , wide]) => html`<td class="${wide === undefined ? "n" : "n wide"}">${number(sum(count))}`)}
</table>
`;
}

function origins(kinds: readonly KindCount[], requesters: readonly RequesterCount[]): Html {
  const byKind = html`<table><caption>What changed, and where it was made</caption>
${tableHead([
  { text: "Change" },
  { text: "Connector", style: "n" },
  { text: "Outside", style: "n" },
  { text: "Not known", style: "n" },
])}
<tbody>
${kinds.map(
  ({ kind, origins: { connector, outside, unknown } }) =>
    html`<tr><th scope="row">${kindText(kind)}<td class="n">${number(connector)}<td class="n">${number(outside)}<td class="n">${number(unknown)}\n`,
)}</table>`;
  const byRequester =
    requesters.length === 0
      ? html`<p class="quiet">Nobody asked the connector for a change.</p>`
      : html`<table><caption>Who asked the connector for most changes</caption>
${tableHead([{ text: "Asked by" }, { text: "Changes", style: "n" }])}
<tbody>
${requesters.map(({ requestedBy, changes }) => html`<tr><th scope="row">${foreignValue(requestedBy)}<td class="n">${number(changes)}\n`)}</table>`;
  return html`<h3>Who made them</h3>
<p>A change that nobody asked the connector for was made outside it, such as in the AWS console or by people themselves. It is not known where the audit log of the connector was not whole.</p>
<div class="chart-pair">${byKind}<div>${byRequester}</div></div>
`;
}

function changeCells(row: NamedRow): Html {
  const after = row.optionalTime("after");
  const before = moment(row.time("before"));
  const between =
    after === undefined
      ? html`before ${before}`
      : html`${moment(after)} <span class="sub">and ${before}</span>`;
  return html`<th scope="row">${subjectOf(row)}<td>${between}<td>${madeBy(row)}`;
}

/** On a narrow screen only the day. */
function moment(time: Date): Html {
  return html`<time datetime="${time.toISOString()}">${dayText(time)}<span class="wide">, ${clockText(time)}</span></time>`;
}

function subjectOf(row: NamedRow): Html {
  const kind = row.text("kind");
  const person = row.optionalText("username") ?? row.optionalText("sub");
  const group = row.optionalText("group_name");
  const field = row.optionalText("field");
  const what = html`<span class="sub">${kindText(kind)}${field === undefined ? undefined : html`: ${foreignValue(field)}`}${
    person === undefined || group === undefined ? undefined : html` ${foreignValue(group)}`
  }</span>`;
  return html`${foreignValue(person ?? group ?? "")}${what}`;
}

function madeBy(row: NamedRow): Html {
  const origin = row.text("origin");
  if (origin === "connector") {
    return html`${foreignValue(row.text("requested_by"))}<span class="sub">through the connector</span>`;
  }
  if (origin === "outside") return html`<span class="tag">outside the connector</span>`;
  return html`<span class="quiet">not known</span>`;
}
