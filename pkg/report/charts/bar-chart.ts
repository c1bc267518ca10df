import { number } from "../html/formats.ts";
import { type Html, html } from "../html/html.ts";
import { type ChartTexts, percent, type SeriesStyle, svg } from "./figure.ts";

export interface Bar {
  readonly label: string;
  readonly parts: readonly { readonly style: SeriesStyle; readonly count: number }[];
}

const ROW = 42;
const BAR_TOP = 20;
const BAR_HEIGHT = 12;

/** Lying bars, each below its label. Widths are shares of the page, so that the text keeps its size on a telephone. */
export function barChart(texts: ChartTexts, bars: readonly Bar[]): Html {
  const longest = Math.max(1, ...bars.map(total));
  return svg(texts, bars.length * ROW, html`${bars.map((bar, row) => drawBar(bar, row * ROW, longest))}`);
}

function drawBar(bar: Bar, top: number, longest: number): Html {
  let start = 0;
  const parts = bar.parts
    .filter(({ count }) => count > 0)
    .map(({ style, count }) => {
      const x = start / longest;
      start += count;
      return html`<rect class="${style}" x="${percent(x)}" y="${top + BAR_TOP}" width="${percent(count / longest)}" height="${BAR_HEIGHT}"/>`;
    });
  return html`<text class="label" x="0" y="${top + 14}">${bar.label}</text>
<text class="count" x="100%" y="${top + 14}" text-anchor="end">${number(total(bar))}</text>
<rect class="track" x="0" y="${top + BAR_TOP}" width="100%" height="${BAR_HEIGHT}"/>${parts}
`;
}

function total({ parts }: Bar): number {
  return parts.reduce((sum, { count }) => sum + count, 0);
}
