import { countText, dayText, minute, number } from "../html/formats.ts";
import { html } from "../html/html.ts";
import { foreignValue } from "../html/values.ts";
import type { PageContext } from "./page-context.ts";

export async function writeAbout(
  { page, overview, source, now }: PageContext,
  version: string,
): Promise<void> {
  const { lastRun, firstRun, runs, pool } = overview;
  await page.write(html`<section id="about" aria-labelledby="about-h"><h2 id="about-h">About this report</h2>
<table><caption>Where the numbers come from</caption>
<thead><tr><th scope="col">What<th scope="col">Value</thead>
<tbody>
<tr><th scope="row">User pool<td>${foreignValue(pool.arn ?? pool.id)}
<tr><th scope="row">State<td>run ${number(lastRun.run)}, read from ${minute(lastRun.beganAt)} to ${minute(lastRun.endedAt)}
<tr><th scope="row">Sync<td>${lastRun.syncId}
<tr><th scope="row">History<td>${countText(runs, "run")} since ${minute(firstRun.endedAt)}
<tr><th scope="row">Changes<td>since ${dayText(source.since)}
<tr><th scope="row">Written<td>${minute(now)} by cognito-connector ${version}
</table>
<ul class="quiet">
<li>Times are in UTC.
<li>Every number is of one state of the inventory.
<li>A character that cannot be seen, or that changes the direction of writing, is shown as its code point. A value of more than 256 characters is cut in the page, and whole in the CSV files.
<li>The page holds personal data. It loads nothing and sends nothing.
</ul>
</section>
`);
}
