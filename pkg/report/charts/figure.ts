import { type Html, html } from "../html/html.ts";

/** What a screen reader says of a chart; its table is beside it. */
export interface ChartTexts {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

/** How a series is drawn. The page's style sheet has the colours. */
export type SeriesStyle = "first" | "second" | "third";

export function svg({ id, title, description }: ChartTexts, height: number, drawing: Html): Html {
  return html`<svg class="chart" width="100%" height="${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title><desc id="${id}-desc">${description}</desc>
${drawing}</svg>`;
}

export function legend(entries: readonly (readonly [SeriesStyle, string])[]): Html {
  return html`<p class="legend">${entries.map(
    ([style, name]) => html`<span><span class="swatch ${style}"></span>${name}</span> `,
  )}</p>`;
}

/** A share as SVG writes it: `12.5%`. */
export function percent(share: number): string {
  return `${Math.round(share * 10_000) / 100}%`;
}
