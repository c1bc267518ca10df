import type { NamedRow } from "../../inventory/named-row.ts";
import { countText, number } from "../html/formats.ts";
import { type Html, html } from "../html/html.ts";
import type { ReviewListing } from "../model/listings.ts";
import { askRows } from "../model/rows.ts";
import type { PageContext } from "./page-context.ts";
import { type RowLimits, rowsForPage } from "./rows-in-page.ts";

export interface Heading {
  readonly text: string;
  /** `n`: numbers, aligned right. `wide`: left out on a narrow screen. */
  readonly style?: "n" | "wide" | "n wide";
}

interface ListingTable {
  readonly caption: string;
  readonly headings: readonly Heading[];
  /** The cells of a row. HTML ends cells and rows by itself. */
  readonly cells: (row: NamedRow) => Html;
  /** A row above the rows that have this key in common. */
  readonly group?: {
    readonly key: (row: NamedRow) => string;
    readonly head: (row: NamedRow) => Html;
  };
  readonly limits?: RowLimits;
}

const USUAL: RowLimits = { rows: 200, bytes: 400_000 };

/** Writes a listing as a table, with a link to the CSV file where the page cannot hold it. */
export async function writeListing(
  { source, page, files }: PageContext,
  listing: ReviewListing,
  { caption, headings, cells, group, limits = USUAL }: ListingTable,
): Promise<void> {
  let lastKey: string | undefined;
  const draw = (row: NamedRow): Html => {
    const key = group?.key(row);
    const isNew = group !== undefined && key !== lastKey;
    lastKey = key;
    const head = isNew
      ? html`<tbody><tr><th class="head" scope="rowgroup" colspan="${headings.length}">${group.head(row)}\n`
      : undefined;
    return html`${head}<tr>${cells(row)}\n`;
  };
  const rows = await askRows(source, listing.query);
  const { shown, total, file } = await rowsForPage({ rows, limits, draw, file: listing.file }, files);
  if (total === 0) return;
  await page.write(html`<table><caption>${caption}</caption>
${tableHead(headings)}
${group === undefined ? html`<tbody>\n` : undefined}${shown}</table>
${file === undefined ? undefined : moreRows(shown.length, total, file)}`);
}

export function tableHead(headings: readonly Heading[]): Html {
  return html`<thead><tr>${headings.map(
    ({ text, style }) =>
      html`<th scope="col"${style === undefined ? undefined : html` class="${style}"`}>${text}`,
  )}</thead>`;
}

function moreRows(shown: number, total: number, file: string): Html {
  const first = shown === 0 ? "No row is" : `The first ${countText(shown, "row is", "rows are")}`;
  return html`<p class="more">${first} shown here. All ${number(total)} are in <a href="${href(file)}">${file}</a>.</p>
`;
}

/** A path of this report as the address of a link. */
export function href(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
