import { type Bar, barChart } from "../charts/bar-chart.ts";
import { legend } from "../charts/figure.ts";
import { countText, number } from "../html/formats.ts";
import { html } from "../html/html.ts";
import { peopleByState, type StateCount } from "../model/charts.ts";
import { tableHead } from "./listing-table.ts";
import type { PageContext } from "./page-context.ts";
import { statusText } from "./person.ts";

export async function writePeople({ source, page, overview }: PageContext): Promise<void> {
  const states = await peopleByState(source);
  const bars = states.map(
    ({ status, enabled, disabled }): Bar => ({
      label: statusText(status),
      parts: [
        { style: "first", count: enabled },
        { style: "second", count: disabled },
      ],
    }),
  );
  await page.write(html`<section id="people" aria-labelledby="people-h"><h2 id="people-h">People</h2>
<p>The state says how an account came to its password. Only a disabled account cannot sign in.</p>
<div class="chart-pair">
<div>${barChart({ id: "chart-people", title: "People by state", description: describe(states) }, bars)}
${legend([
  ["first", "enabled"],
  ["second", "disabled"],
])}</div>
<table><caption>People by state</caption>
${tableHead([
  { text: "State" },
  { text: "Enabled", style: "n" },
  { text: "Disabled", style: "n" },
  { text: "All", style: "n" },
])}
<tbody>
${states.map(
  ({ status, enabled, disabled }) =>
    html`<tr><th scope="row">${statusText(status)}<td class="n">${number(enabled)}<td class="n">${number(disabled)}<td class="n">${number(enabled + disabled)}\n`,
)}<tfoot><tr><th scope="row">All<td class="n">${number(overview.people - overview.disabledPeople)}<td class="n">${number(overview.disabledPeople)}<td class="n">${number(overview.people)}
</table>
</div>
</section>
`);
}

function describe(states: readonly StateCount[]): string {
  const each = states.map(
    ({ status, enabled, disabled }) => `${statusText(status)} ${number(enabled + disabled)}`,
  );
  return `A bar for each of ${countText(states.length, "state")}: ${each.join(", ")}. The table has the numbers.`;
}
