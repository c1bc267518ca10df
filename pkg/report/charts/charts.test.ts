import { describe, expect, test } from "vitest";
import { barChart } from "./bar-chart.ts";
import { columnChart } from "./column-chart.ts";

const TEXTS = { id: "c", title: "A <title>", description: "What it shows" };

const attributes = (svg: string, shape: RegExp): readonly Readonly<Record<string, string>>[] =>
  [...svg.matchAll(shape)].map(([tag]) =>
    Object.fromEntries(
      [...tag.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = "", text = ""]) => [name, text]),
    ),
  );

const rects = (svg: string, style: string) =>
  attributes(svg, new RegExp(`<rect class="${style}"[^>]*>`, "g"));

describe("a chart of bars", () => {
  const { text } = barChart(TEXTS, [
    {
      label: "a & b",
      parts: [
        { style: "first", count: 30 },
        { style: "second", count: 10 },
      ],
    },
    {
      label: "c",
      parts: [
        { style: "first", count: 0 },
        { style: "second", count: 5 },
      ],
    },
  ]);

  test("has a title and a description for those who do not see it", () => {
    expect(text).toContain('role="img" aria-labelledby="c-title c-desc"');
    expect(text).toContain(
      '<title id="c-title">A &lt;title&gt;</title><desc id="c-desc">What it shows</desc>',
    );
  });

  test("draws each part by its share of the longest bar, one after the other", () => {
    expect(rects(text, "first")).toMatchObject([{ x: "0%", width: "75%", y: "20" }]);
    expect(rects(text, "second")).toMatchObject([
      { x: "75%", width: "25%", y: "20" },
      { x: "0%", width: "12.5%", y: "62" },
    ]);
    expect(text).toContain(">a &amp; b</text>");
    expect([...text.matchAll(/class="count"[^>]*>([^<]*)/g)].map(([, count]) => count)).toEqual(["40", "5"]);
  });

  test("of nothing but zeros draws no bar", () => {
    expect(
      rects(barChart(TEXTS, [{ label: "a", parts: [{ style: "first", count: 0 }] }]).text, "first"),
    ).toEqual([]);
  });
});

describe("a chart of columns", () => {
  const { text } = columnChart(TEXTS, [
    { label: "1 Sep", up: 10, down: 0 },
    { label: "2 Sep", up: 0, down: 4 },
    { label: "3 Sep", up: 5, down: 5 },
  ]);
  const heights = (style: string) => rects(text, style).map(({ height }) => Number(height));

  test("draws what came above the line and what went below, on one scale", () => {
    expect(heights("first")[0]).toBeCloseTo((heights("first")[1] ?? 0) * 2, 0);
    expect((heights("third")[1] ?? 0) / (heights("third")[0] ?? 1)).toBeCloseTo(5 / 4, 1);
    const [axis] = attributes(text, /<line class="axis"[^>]*>/g);
    for (const { y = "", height = "" } of rects(text, "first")) {
      expect(Number(y) + Number(height)).toBeCloseTo(Number(axis?.["y1"]), 0);
    }
    for (const { y } of rects(text, "third")) expect(y).toBe(axis?.["y1"]);
  });

  test("says each number to the pointer", () => {
    expect(text).toContain("<title>2 Sep: +0, −4</title>");
  });

  test("of few columns does not widen them", () => {
    const { text: one } = columnChart(TEXTS, [{ label: "1 Sep", up: 1, down: 0 }]);
    expect(rects(one, "first")).toMatchObject([{ x: "2%", width: "8.5%" }]);
  });

  test("of many columns labels so few that they do not touch", () => {
    const many = Array.from({ length: 31 }, (_, i) => ({ label: `${i + 1} Oct`, up: 1, down: 1 }));
    const ticks = [
      ...columnChart(TEXTS, many).text.matchAll(/class="tick" x="([^"]*)" y="170"[^>]*>([^<]*)/g),
    ];
    expect(ticks.map(([, , label]) => label)).toEqual([
      "1 Oct",
      "7 Oct",
      "13 Oct",
      "19 Oct",
      "25 Oct",
      "31 Oct",
    ]);
  });

  test("of a hair's height stays visible", () => {
    const { text: uneven } = columnChart(TEXTS, [
      { label: "a", up: 100_000, down: 0 },
      { label: "b", up: 1, down: 0 },
    ]);
    expect(rects(uneven, "first").map(({ height }) => Number(height))).toEqual([132, 1]);
  });

  test("of nothing has an axis and no column", () => {
    const { text: none } = columnChart(TEXTS, [{ label: "a", up: 0, down: 0 }]);
    expect([rects(none, "first"), rects(none, "third")]).toEqual([[], []]);
    expect(none).toContain('class="axis"');
  });
});
