import { countText } from "../html/formats.ts";
import { html } from "../html/html.ts";
import { foreignValue } from "../html/values.ts";
import { listRoleAccess } from "../model/listings.ts";
import { writeListing } from "./listing-table.ts";
import type { PageContext } from "./page-context.ts";
import { personHead, stateCell } from "./person.ts";

export async function writeAwsAccess(context: PageContext): Promise<void> {
  const { page, source, overview } = context;
  await page.write(html`<section id="aws" aria-labelledby="aws-h"><h2 id="aws-h">Access to AWS</h2>
<p>A member of a group with an IAM role can get the permissions of that role, where an identity pool takes the role from the group.</p>
`);
  if (overview.roleGroups === 0) {
    await page.write(html`<p>No group has an IAM role.</p>\n`);
  } else {
    await writeListing(context, listRoleAccess(source), {
      caption: `${countText(overview.roleGroups, "group")} with an IAM role, ${countText(overview.rolePeople, "person", "people")} in them`,
      headings: [{ text: "Person" }, { text: "State" }],
      limits: { rows: 500, bytes: 600_000 },
      group: {
        key: (row) => JSON.stringify([row.text("role_arn"), row.text("group_name")]),
        head: (row) =>
          html`${foreignValue(row.text("group_name"))} <span class="sub">${foreignValue(row.text("role_arn"))}</span>`,
      },
      cells: (row) =>
        row.optionalText("sub") === undefined
          ? html`<td colspan="2"><span class="quiet">no members</span>`
          : html`${personHead(row)}${stateCell(row)}`,
    });
  }
  await page.write(html`</section>\n`);
}
