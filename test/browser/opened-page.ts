import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Chromium, ChromiumPage } from "./chromium.ts";

export interface Look {
  readonly width: number;
  readonly colors: "light" | "dark";
  readonly media: "screen" | "print";
}

export interface OpenedPage {
  readonly page: ChromiumPage;
  /** What the page wrote to the console, and its errors. */
  readonly said: readonly string[];
  /** What it asked for, itself excepted. */
  readonly requests: readonly string[];
}

/** Opens a page from the disk. */
export async function openPage(
  browser: Chromium,
  path: string,
  { width, colors, media }: Look,
): Promise<OpenedPage> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: colors });
  await page.emulateMedia({ media, colorScheme: colors });
  const url = pathToFileURL(path).href;
  const said: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(error.message));
  page.on("request", (request) => {
    if (request.url() !== url) requests.push(request.url());
  });
  await page.goto(url);
  // A browser leaves out groups that are off the screen until somebody scrolls to them.
  await page.evaluate("document.styleSheets[0].insertRule('.group{content-visibility:visible!important}')");
  return { page, said, requests };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The serious and critical faults that axe-core finds, one line each. */
export async function accessFaults(page: ChromiumPage): Promise<readonly string[]> {
  await page.evaluate(AXE);
  return texts(
    await page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, help, nodes }) => [id, help, ...nodes.slice(0, 3).map(({ html }) => html.slice(0, 200))].join(": ")))`),
  );
}

/** The cells of each row of the table with this caption, as a reader sees them. */
export async function tableRows(
  page: ChromiumPage,
  caption: string,
): Promise<readonly (readonly string[])[]> {
  const rows = await page.evaluate(`[...document.querySelectorAll("table")]
    .filter((table) => table.caption.textContent.startsWith(${JSON.stringify(caption)}))
    .flatMap((table) => [...table.querySelectorAll("tbody tr")]
      .map((row) => [...row.cells].map((cell) => cell.innerText.trim().replace(/\\s+/g, " "))))`);
  return list(rows).map(texts);
}

/** Width or height of the shapes of one style in a chart, in order. */
export async function sizes(
  page: ChromiumPage,
  side: "width" | "height",
  chart: string,
  style: string,
): Promise<readonly number[]> {
  const found =
    await page.evaluate(`[...document.querySelectorAll("svg[aria-labelledby^='${chart}-'] rect.${style}")]
    .map((rect) => rect.getBoundingClientRect().${side})`);
  return list(found).map(Number);
}

export function texts(value: unknown): readonly string[] {
  return list(value).map(String);
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError("the page gave no list");
}
