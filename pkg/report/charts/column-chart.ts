import { number } from "../html/formats.ts";
import { type Html, html } from "../html/html.ts";
import { type ChartTexts, percent, svg } from "./figure.ts";

interface ColumnPair {
  readonly label: string;
  /** Drawn above the line. */
  readonly up: number;
  /** Drawn below the line. */
  readonly down: number;
}

const PLOT = 132;
const TOP = 18;
const LABELS = 26;
const MOST_LABELS = 6;
/** Few columns are no wider than these. */
const FEWEST_SLOTS = 8;
/** The part of its slot that a column fills. */
const FILLED = 0.68;

/** Columns over time on one scale: what came above the line, what went below. */
export function columnChart(texts: ChartTexts, columns: readonly ColumnPair[]): Html {
  const up = roundScale(Math.max(0, ...columns.map((column) => column.up)));
  const down = roundScale(Math.max(0, ...columns.map((column) => column.down)));
  const unit = PLOT / Math.max(1, up + down);
  const zero = TOP + up * unit;
  const bottom = zero + down * unit;
  const height = TOP + PLOT + LABELS;
  return svg(
    texts,
    height,
    html`${gridLine(TOP, up > 0 ? `+${number(up)}` : undefined)}${
      down > 0 ? gridLine(bottom, `−${number(down)}`) : undefined
    }${columns.map((column, i) => drawColumn(column, i, columnSlots(columns), zero, unit))}
<line class="axis" x1="0" x2="100%" y1="${round(zero)}" y2="${round(zero)}"/>
${timeLabels(columns, height - 6)}`,
  );
}

function drawColumn(
  { label, up, down }: ColumnPair,
  i: number,
  of: number,
  zero: number,
  unit: number,
): Html {
  const x = percent((i + (1 - FILLED) / 2) / of);
  const width = percent(FILLED / of);
  const rect = (style: string, y: number, height: number) =>
    height > 0
      ? html`<rect class="${style}" x="${x}" y="${round(y)}" width="${width}" height="${round(Math.max(1, height))}"/>`
      : undefined;
  return html`<g><title>${label}: +${number(up)}, −${number(down)}</title>${rect("first", zero - up * unit, up * unit)}${rect(
    "third",
    zero,
    down * unit,
  )}</g>
`;
}

function gridLine(y: number, label: string | undefined): Html {
  return html`<line class="grid" x1="0" x2="100%" y1="${round(y)}" y2="${round(y)}"/>${
    label === undefined ? undefined : html`<text class="tick" x="0" y="${round(y - 4)}">${label}</text>`
  }`;
}

function columnSlots(columns: readonly ColumnPair[]): number {
  return Math.max(FEWEST_SLOTS, columns.length);
}

/** The first, the last, and as many between them as a narrow page has room for. */
function timeLabels(columns: readonly ColumnPair[], y: number): Html {
  const last = columns.length - 1;
  const slots = columnSlots(columns);
  const every = Math.max(1, Math.ceil(last / (MOST_LABELS - 1)));
  const shown = columns.map((column, i) => ({ ...column, i })).filter(({ i }) => i % every === 0);
  return html`${shown.map(({ label, i }) => {
    const anchor = i === 0 ? "start" : i === slots - 1 ? "end" : "middle";
    const at = i === 0 ? 0 : i === slots - 1 ? 1 : (i + 0.5) / slots;
    return html`<text class="tick" x="${percent(at)}" y="${y}" text-anchor="${anchor}">${label}</text>`;
  })}`;
}

/** The next of 1, 2, 5, 10, 20, 50 … that is not smaller. */
function roundScale(most: number): number {
  if (most <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= most) ?? most;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
