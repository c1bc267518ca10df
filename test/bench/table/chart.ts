// Bars that lie, as SVG: text and lines follow the reader's light or dark background.

export interface Bar {
  readonly series: number;
  /** Undefined draws no bar, only the text. */
  readonly value: number | undefined;
  readonly text: string;
  readonly isMeasured: boolean;
}

export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly string[];
  /** Longer bars are cut here, which their text says. */
  readonly cutAt?: number;
  readonly groups: readonly { readonly name: string; readonly bars: readonly Bar[] }[];
}

const WIDTH = 820;
const LEFT = 200;
const RIGHT = 120;
const TOP = 74;
const BAR = 13;
const GAP = 12;
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 15px; font-weight: 600; }
  .axis { stroke: #8c959f; }
  .s0 { fill: #0969da; } .s1 { fill: #bf8700; } .s2 { fill: #8250df; } .s3 { fill: #1a7f37; }
  .calculated { fill-opacity: 0.45; stroke-dasharray: 3 2; }
  .s0.calculated { stroke: #0969da; } .s1.calculated { stroke: #bf8700; } .s2.calculated { stroke: #8250df; } .s3.calculated { stroke: #1a7f37; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .s0 { fill: #58a6ff; } .s1 { fill: #e3b341; } .s2 { fill: #bc8cff; } .s3 { fill: #3fb950; }
    .s0.calculated { stroke: #58a6ff; } .s1.calculated { stroke: #e3b341; } .s2.calculated { stroke: #bc8cff; } .s3.calculated { stroke: #3fb950; }
  }`;

export function drawChart({ title, unit, series, groups, cutAt = Number.POSITIVE_INFINITY }: Chart): string {
  const most = Math.max(
    ...groups.flatMap(({ bars }) => bars.map(({ value }) => Math.min(value ?? 0, cutAt))),
    1,
  );
  const scale = (WIDTH - LEFT - RIGHT) / most;
  const out: string[] = [];
  let y = TOP;
  for (const { name, bars } of groups) {
    out.push(text(LEFT - 8, y + (bars.length * BAR) / 2 + 4, name, ' text-anchor="end"'));
    for (const bar of bars) {
      const isCut = (bar.value ?? 0) > cutAt;
      const length = Math.min(bar.value ?? 0, cutAt) * scale;
      const kind = `s${bar.series}${bar.isMeasured ? "" : " calculated"}`;
      if (bar.value !== undefined) {
        out.push(
          `<rect class="${kind}" x="${LEFT}" y="${y + 1}" width="${length.toFixed(1)}" height="${BAR - 2}"/>`,
        );
      }
      out.push(
        text(LEFT + length + 6, y + BAR - 2, isCut ? `${bar.text} (cut)` : bar.text, ' font-size="11"'),
      );
      y += BAR;
    }
    y += GAP;
  }
  const legend = series.map(
    (name, at) =>
      `<rect class="s${at}" x="${LEFT + at * 150}" y="44" width="12" height="12"/>${text(LEFT + at * 150 + 18, 54, name)}`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 26}" role="img" aria-label="${escaped(title)}">`,
    `<style>${STYLE}\n</style>`,
    text(16, 26, title, ' class="title"'),
    ...legend,
    `<line class="axis" x1="${LEFT}" x2="${LEFT}" y1="${TOP - 6}" y2="${y - GAP + 6}"/>`,
    ...out,
    text(LEFT, y + 14, `${unit}; pale bars with ~ are calculated, the others are measured`),
    "</svg>",
    "",
  ].join("\n");
}

function text(x: number, y: number, content: string, more = ""): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${more}>${escaped(content)}</text>`;
}

const escaped = (content: string): string =>
  content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
